import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { LogEntry } from '../model/cluster/session-log.js';
import { type SessionRecord, recordOf } from '../model/cluster/session-record.js';
import {
  isFields,
  isFlag,
  isTexts,
  isInteger,
  isNumber,
  isPrincipal,
  PRINCIPAL,
  isText,
  listOf,
  object,
  oneOf,
  optional,
  type Fields,
  type Shape,
} from '../model/cluster/shape.js';
import { judgeVersion, readJson, versioned } from './written-json.js';

const STATE = {
  protocolVersion: optional(isText),
  clientInfo: optional(isFields),
  clientCapabilities: optional(isFields),
  initialized: optional(isFlag),
  logLevel: optional(isText),
  subscriptions: listOf(isText),
};

const RECORD = {
  id: isText,
  transport: oneOf('sse', 'streamable-http'),
  principal: isPrincipal,
  params: isTexts,
  streamHeaders: isTexts,
  streamQuery: optional(isTexts),
  graceMs: isNumber,
  createdAt: isNumber,
  state: object(STATE),
};

const isRecord = object(RECORD);

const isEntry = object({
  position: isInteger,
  stream: isInteger,
  id: isText,
  type: optional(oneOf('endpoint', 'message')),
  data: isText,
  retry: optional(isNumber),
});

/**
 * Joins the pieces of a stored record. Members that only a later version knows are left out. They stay in the store,
 * since only changes are written.
 *
 * @returns undefined for anything but a record, `later` for one that only a later version can read; both are reported
 */
export function readRecord(
  pieces: readonly (readonly [name: string, json: string])[],
  reports: ClusterReports,
): SessionRecord | 'later' | undefined {
  const fields = assembled(pieces);
  if (!fields) return void reports.unreadable('record', 'it is not JSON');
  const isReadable = judgeVersion(fields, 'record', reports);
  if (isReadable === undefined) return undefined;
  if (!isReadable) return 'later';
  if (!isRecord(fields)) return void reports.unreadable('record', 'it has another shape');
  const { principal, state } = fields as { principal: Fields; state: Fields };
  return {
    ...known(fields, RECORD),
    principal: known(principal, PRINCIPAL),
    state: known(state, STATE),
  } as unknown as SessionRecord;
}

function assembled(pieces: readonly (readonly [name: string, json: string])[]): Fields | undefined {
  try {
    return recordOf(pieces) as unknown as Fields;
  } catch {
    return undefined;
  }
}

export function writeEntry(entry: LogEntry): string {
  return versioned(JSON.stringify(entry));
}

/** @returns undefined for anything but an event of a known version, which is reported */
export function readEntry(text: string, reports: ClusterReports): LogEntry | undefined {
  const written = readJson(text, 'event', reports);
  if (!written?.isReadable) return undefined;
  if (!isEntry(written.fields)) return void reports.unreadable('event', 'it has another shape');
  const { position, stream, id, type, data, retry } = written.fields as unknown as LogEntry;
  return { position, stream, id, type, data, retry };
}

/** Reads a request in flight: its id as JSON, and the stream of its answer. @returns undefined for anything else, which is reported */
export function readRequest(
  [request, stream]: readonly [string, string],
  reports: ClusterReports,
): readonly [request: string, stream: number] | undefined {
  if (/^\d+$/.test(stream) && isRequestKey(request)) return [request, Number(stream)];
  return void reports.unreadable('request', 'it has another shape');
}

const isRequestId: Shape = (value) => isText(value) || isInteger(value);

function isRequestKey(key: string): boolean {
  try {
    return isRequestId(JSON.parse(key));
  } catch {
    return false;
  }
}

/** The members of an object that have a shape here. */
export function known(fields: Fields, shapes: Readonly<Record<string, Shape>>): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => Object.hasOwn(shapes, name)));
}

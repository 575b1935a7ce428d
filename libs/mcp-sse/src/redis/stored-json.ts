import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import type { LogEntry } from '../model/cluster/log-entry.js';
import type { SessionRecord } from '../model/cluster/session-record.js';
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
import { readJson, versioned } from './written-json.js';

/** Members of a record that only a later version knows. Whoever writes the record again leaves them as they are. */
export interface UnknownMembers {
  readonly record: Fields;
  readonly principal: Fields;
  readonly state: Fields;
}

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

/** @returns undefined for what is no record, `later` for one of a later version; both are reported */
export function readRecord(
  text: string,
  reports: ClusterReports,
): { readonly record: SessionRecord; readonly unknown: UnknownMembers } | 'later' | undefined {
  const written = readJson(text, 'record', reports);
  if (!written) return undefined;
  if (!written.isReadable) return 'later';
  if (!isRecord(written.fields)) return void reports.unreadable('record', 'it has another shape');
  // The version is that of whoever writes next.
  const { v: _v, needs: _needs, ...fields } = written.fields;
  const [record, unknown] = split(fields, RECORD);
  const [principal, unknownOfPrincipal] = split(record['principal'] as Fields, PRINCIPAL);
  const [state, unknownOfState] = split(record['state'] as Fields, STATE);
  return {
    record: { ...record, principal, state } as unknown as SessionRecord,
    unknown: { record: unknown, principal: unknownOfPrincipal, state: unknownOfState },
  };
}

export function writeRecord(record: SessionRecord, unknown?: UnknownMembers): string {
  const whole = unknown
    ? {
        ...unknown.record,
        ...record,
        principal: { ...unknown.principal, ...record.principal },
        state: { ...unknown.state, ...record.state },
      }
    : record;
  return versioned(JSON.stringify(whole));
}

export function writeEntry(entry: LogEntry): string {
  return versioned(JSON.stringify(entry));
}

/** @returns undefined for what is no event, or one of a later version; both are reported */
export function readEntry(text: string, reports: ClusterReports): LogEntry | undefined {
  const written = readJson(text, 'event', reports);
  if (!written?.isReadable) return undefined;
  if (!isEntry(written.fields)) return void reports.unreadable('event', 'it has another shape');
  const { position, stream, id, type, data, retry } = written.fields as unknown as LogEntry;
  return { position, stream, id, type, data, retry };
}

/** A request in flight, as its key and the stream of its answer. @returns undefined for what is none, which is reported */
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

/** The members that are known, and the others. */
function split(fields: Fields, known: Readonly<Record<string, Shape>>): [Fields, Fields] {
  const isKnown = ([name]: readonly [string, unknown]) => Object.hasOwn(known, name);
  const all = Object.entries(fields);
  return [Object.fromEntries(all.filter(isKnown)), Object.fromEntries(all.filter((each) => !isKnown(each)))];
}

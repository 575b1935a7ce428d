import type { ClusterReports } from '../model/cluster/cluster-reports.js';
import {
  isFlag,
  isInteger,
  isNumber,
  isText,
  listOf,
  object,
  optional,
  type Fields,
} from '../model/cluster/shape.js';
import type { AskedRequest } from './kept-answers.js';
import { MAX_LENGTH, readJson, versioned } from './written-json.js';

/** Why a request is not answered: its node cannot read it, or failed to answer. */
export type Refusal = 'unreadable' | 'failed';

/** What goes from node to node. It means the same in every version; its body may not. */
export type Packet =
  | (AskedRequest & {
      readonly kind: 'request';
      /** By the clock of Redis, in milliseconds. */
      readonly expiresAt: number;
      /** Whether the sender wants to hear that it has arrived. */
      readonly acts?: boolean;
      readonly body: unknown;
    })
  /** Requests have arrived, and are carried out next. */
  | { readonly kind: 'heard'; readonly ids: readonly string[] }
  | { readonly kind: 'answer'; readonly id: string; readonly body?: unknown; readonly refused?: Refusal }
  | { readonly kind: 'told'; readonly from: string; readonly body: unknown };

/** A request that this version cannot read, but can refuse. */
type UnreadRequest = { readonly kind: 'unread'; readonly id: string; readonly from: string };

export type ReadPacket = Packet | UnreadRequest;

const SHAPES = {
  request: object({
    id: isText,
    from: isText,
    number: optional(isInteger),
    lowest: optional(isInteger),
    expiresAt: isNumber,
    acts: optional(isFlag),
  }),
  heard: object({ ids: listOf(isText) }),
  answer: object({ id: isText, refused: optional(isText) }),
  told: object({ from: isText }),
};

/** Reads the lines of a text. Those that cannot be read are dropped and reported. */
export function readPackets(text: string, reports: ClusterReports): readonly ReadPacket[] {
  const lines = text.includes('\n') ? text.split('\n') : [text];
  return lines.map((line) => readPacket(line, reports)).filter((packet) => packet !== undefined);
}

function readPacket(text: string, reports: ClusterReports): ReadPacket | undefined {
  const written = readJson(text, 'message', reports);
  if (!written) return undefined;
  const { fields, isReadable } = written;
  if (!isReadable) return isUnreadRequest(fields) ? { ...fields, kind: 'unread' } : undefined;
  const { kind } = fields;
  if (isKind(kind) && SHAPES[kind](fields)) return fields as Packet;
  return void reports.unreadable('message', 'it has another shape');
}

/** @throws {TypeError} when the body cannot be written as JSON, and {RangeError} when that is too long */
export function packetBody(body: unknown): string {
  const json = JSON.stringify(body) ?? 'null';
  if (json.length > MAX_LENGTH)
    throw new RangeError('A message to another node may have 32 MiB of JSON at most.');
  return json;
}

/** @param body as JSON */
export function writePacket(packet: object, body: string): string {
  return `${versioned(JSON.stringify(packet)).slice(0, -1)},"body":${body}}`;
}

/** An answer without a body. */
export function writeRefusal(id: string, refused: Refusal): string {
  return versioned(JSON.stringify({ kind: 'answer', id, refused }));
}

function isKind(kind: unknown): kind is Packet['kind'] {
  return typeof kind === 'string' && Object.hasOwn(SHAPES, kind);
}

function isUnreadRequest(fields: Fields): fields is Fields & { id: string; from: string } {
  return fields['kind'] === 'request' && SHAPES.request(fields);
}

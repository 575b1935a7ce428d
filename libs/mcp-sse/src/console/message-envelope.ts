import { clipped } from '../observability/audit/audit-values.js';

/** What says which message it is, and nothing of what is in it. */
export interface MessageEnvelope {
  readonly id?: unknown;
  readonly method?: string;
}

/** The members in which this server's messages begin. */
const BEGINNING =
  /^\{"jsonrpc":"2\.0"(?:,"id":(null|-?\d+|"(?:[^"\\]|\\.)*"))?(?:,"method":("(?:[^"\\]|\\.)*"))?/;
const MAX_BEGINNING = 1_024;

/** The envelope of a message. Ids and methods are cut as other texts that a client has chosen. */
export function envelopeOf({ id, method }: MessageEnvelope): MessageEnvelope {
  return { id: clipped(id) ?? id, method: clipped(method) };
}

/** The envelope of a message of this server, without reading more than its beginning. */
export function envelopeOfJson(json: string): MessageEnvelope {
  const [, id, method] = BEGINNING.exec(json.slice(0, MAX_BEGINNING)) ?? [];
  return envelopeOf({ id: id && JSON.parse(id), method: method && (JSON.parse(method) as string) });
}

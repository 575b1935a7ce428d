import type { IncomingHttpHeaders } from 'node:http';
import type { ClientCapabilities, Implementation, LoggingLevel } from '@modelcontextprotocol/sdk/types.js';
import type { McpPrincipal } from '../principal.js';
import type { McpTransportName } from '../session-view.js';

/** The state that another node needs to continue a session. Plain JSON. */
export interface SessionRecord {
  readonly id: string;
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  readonly params: Readonly<Record<string, string>>;
  /** The headers of the opening request that may be stored. */
  readonly streamHeaders: IncomingHttpHeaders;
  /** The query parameters of that request that may be stored; missing in records of earlier versions. */
  readonly streamQuery?: Readonly<Record<string, unknown>>;
  readonly graceMs: number;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly state: NegotiatedState;
}

/** The state that a session has negotiated with its client. */
export interface NegotiatedState {
  readonly protocolVersion?: string;
  readonly clientInfo?: Implementation;
  readonly clientCapabilities?: ClientCapabilities;
  /** Whether the client has sent `initialized`, so that requests may be sent to it. */
  readonly initialized?: boolean;
  readonly logLevel?: LoggingLevel;
  readonly subscriptions: readonly string[];
}

/** Fields of a session's record that are written separately, as JSON; null removes a field. */
export type RecordField = readonly [name: string, json: string | null];

const STATE = 'state.';
const SUBSCRIPTION = 'subscription.';

/** Splits a record into fields. */
export function recordFields({ state, ...fixed }: SessionRecord): [name: string, json: string][] {
  const { subscriptions, ...negotiated } = state;
  return [
    ...fieldsOf('', fixed),
    ...fieldsOf(STATE, negotiated),
    ...subscriptions.map((uri): [string, string] => [SUBSCRIPTION + uri, 'true']),
  ];
}

/** Joins the fields of {@link recordFields}. */
export function recordOf(fields: Iterable<readonly [name: string, json: string]>): SessionRecord {
  const record: Record<string, unknown> = {};
  const state: Record<string, unknown> = {};
  const subscriptions: string[] = [];
  for (const [name, json] of fields)
    if (name.startsWith(SUBSCRIPTION)) subscriptions.push(name.slice(SUBSCRIPTION.length));
    else if (name.startsWith(STATE)) state[name.slice(STATE.length)] = JSON.parse(json);
    else record[name] = JSON.parse(json);
  return { ...record, state: { ...state, subscriptions } } as unknown as SessionRecord;
}

function fieldsOf(prefix: string, members: object): [string, string][] {
  return Object.entries(members).flatMap(([name, value]) =>
    value === undefined ? [] : [[prefix + name, JSON.stringify(value)] as [string, string]],
  );
}

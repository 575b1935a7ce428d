import type { SessionRecord } from './session-record.js';

/** A piece of a session's record that is written on its own, as JSON; null for one that is no more. */
export type RecordField = readonly [name: string, json: string | null];

const STATE = 'state.';
const SUBSCRIPTION = 'subscription.';

/** The record of a session in pieces. */
export function recordFields({ state, ...fixed }: SessionRecord): [name: string, json: string][] {
  const { subscriptions, ...negotiated } = state;
  return [
    ...fieldsOf('', fixed),
    ...fieldsOf(STATE, negotiated),
    ...subscriptions.map((uri): [string, string] => [SUBSCRIPTION + uri, 'true']),
  ];
}

/** What {@link recordFields} made the fields of. */
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

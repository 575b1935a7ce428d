import fc from 'fast-check';
import type { Id } from './acceptable.js';
import { ID_FORMS, ODD_IDS, type Ids } from './ids.js';
import { deepJson, json, jsonObject, mangling, mutation, text } from './json.js';

/** A text that a client sends. */
export interface Outgoing {
  readonly text: string;
  /** Id of a request that is not answered until it is cancelled. */
  readonly hangs?: Id;
  readonly cancels?: Id;
}

/** A text to send whose ids are still to be chosen. */
export type Draft = (ids: Ids) => Outgoing;

export type Invocation = readonly [method: string, params?: object];

const freshId = fc.nat(ID_FORMS - 1).map((form) => (ids: Ids) => ids.fresh(form));
/** Most likely the id of a recent request. */
const knownId = fc.oneof(
  { weight: 9, arbitrary: fc.nat(9).map((back) => (ids: Ids) => ids.recent(back)) },
  { weight: 1, arbitrary: fc.constantFrom(...ODD_IDS).map((id) => () => id) },
);
const requestId = fc.oneof({ weight: 94, arbitrary: freshId }, { weight: 6, arbitrary: knownId });

const meta = fc.option(fc.record({ progressToken: fc.constantFrom(0, 'token', '', 1.5) }), {
  nil: undefined,
});

/**
 * Generates the messages of one client, valid and invalid.
 *
 * @param owner the client's name, which its echoes carry
 */
export function messages(owner: string): fc.Arbitrary<Draft> {
  const invocation = invocations(owner);
  const request = fc
    .tuple(requestId, invocation, meta)
    .map(([id, [method, params], _meta]): Draft => (ids) => ({
      text: rpc(id(ids), method, { ...params, _meta }),
    }));
  const plain = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(freshId, invocation)
        .map(([id, [method, params]]): Draft => (ids) => ({ text: rpc(id(ids), method, params) })),
    },
    { weight: 1, arbitrary: notification },
  );
  const batch = fc
    .array(plain, { maxLength: 3 })
    .map((drafts): Draft => (ids) => ({ text: `[${drafts.map((draft) => draft(ids).text).join(',')}]` }));
  const mangled = fc
    .tuple(plain, mangling)
    .map(([draft, mangle]): Draft => (ids) => ({ text: wellFormed(mangle(draft(ids).text)) }));
  const mutated = fc.tuple(plain, mutation).map(([draft, mutate]): Draft => (ids) => ({
    text: JSON.stringify(mutate(JSON.parse(draft(ids).text))),
  }));
  return fc.oneof(
    { weight: 54, arbitrary: request },
    { weight: 6, arbitrary: hanging },
    { weight: 8, arbitrary: cancelling },
    { weight: 7, arbitrary: notification },
    { weight: 5, arbitrary: response },
    { weight: 5, arbitrary: batch },
    { weight: 5, arbitrary: mangled },
    { weight: 6, arbitrary: mutated },
    { weight: 2, arbitrary: deep },
    { weight: 2, arbitrary: noMessage },
  );
}

/** Cancels a hanging request. */
export function cancellation(id: Id): Outgoing {
  return { text: cancelled({ requestId: id }), cancels: id };
}

export function rpc(id: Id, method: string, params?: object): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params });
}

export function invocations(owner: string): fc.Arbitrary<Invocation> {
  const call = (name: string | fc.Arbitrary<string>, args: fc.Arbitrary<unknown> = fc.constant(undefined)) =>
    on('tools/call', { name: typeof name === 'string' ? fc.constant(name) : name, arguments: args });
  return fc.oneof(
    on('ping'),
    call('echo', fc.constant({ owner })),
    call('echo', fc.record({ owner: fc.constant(owner), more: json })),
    call(
      'echo',
      mutation.map((mutate) => mutate({ owner: '-' })),
    ),
    call('slow', fc.record({ ms: fc.nat(19), more: json })),
    ...['steps', 'fail', 'big', 'asks', 'away'].map((name) => call(name)),
    call(fc.constantFrom('nothing', '__proto__', ''), fc.constant({})),
    on('tools/list'),
    on('tools/list', { cursor: json }),
    on('resources/list'),
    on('resources/templates/list'),
    on('resources/read', { uri: fc.constantFrom('live://clock', 'item://1', 'item://%', 'no://such', '') }),
    on('resources/subscribe', { uri: fc.constantFrom('live://clock', 'item://1', 'no://such') }),
    on('resources/unsubscribe', { uri: fc.constantFrom('live://clock', 'no://such') }),
    on('prompts/get', { name: fc.constant('greet'), arguments: fc.constant({ owner }) }),
    on('prompts/list'),
    on('completion/complete', {
      ref: fc.constant({ type: 'ref/prompt', name: 'greet' }),
      argument: fc.record({ name: fc.constant('owner'), value: text }),
    }),
    on('logging/setLevel', { level: fc.constantFrom('debug', 'error', 'loud', 1) }),
    fc
      .constantFrom('', 'server/discover', 'constructor', 'tools/list ', '☃')
      .map((method) => [method] as const),
    jsonObject.map((params) => ['tools/call', params] as const),
  );
}

function on(method: string, params: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<Invocation> {
  return fc.record(params).map((drawn) => [method, drawn] as const);
}

/** An unusual id may still be in use by another request, so a hanging request has its own kind of id. */
const hanging = fc
  .tuple(freshId, fc.constantFrom('hang', 'waits'), meta)
  .map(([fresh, name, _meta]): Draft => (ids) => {
    const id = fresh(ids);
    return { text: rpc(id, 'tools/call', { name, _meta }), hangs: id };
  });

const reason = fc.oneof(fc.constant('enough'), json);
const cancelling = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(knownId, reason).map(([known, why]): Draft => (ids) => {
      const id = known(ids);
      return { text: cancelled({ requestId: id, reason: why }), cancels: id };
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(json, reason).map(([id, why]): Draft => () => {
      const sent = { text: cancelled({ requestId: id, reason: why }) };
      return typeof id === 'string' || typeof id === 'number' ? { ...sent, cancels: id } : sent;
    }),
  },
);

const notification = fc
  .tuple(
    fc.constantFrom(
      'notifications/initialized',
      'notifications/roots/list_changed',
      'notifications/progress',
      'notifications/unknown',
      'tools/call',
    ),
    jsonObject,
  )
  .map(([method, params]): Draft => () => ({ text: JSON.stringify({ jsonrpc: '2.0', method, params }) }));

const response = fc
  .tuple(knownId, fc.constantFrom('result', 'error'), json)
  .map(([known, outcome, value]): Draft => (ids) => ({
    text: JSON.stringify({ jsonrpc: '2.0', id: known(ids), [outcome]: value }),
  }));

const deep = fc.tuple(freshId, deepJson).map(([fresh, more]): Draft => (ids) => {
  const params = `{"name":"slow","arguments":{"more":${more}}}`;
  return {
    text: `{"jsonrpc":"2.0","id":${JSON.stringify(fresh(ids))},"method":"tools/call","params":${params}}`,
  };
});

const noMessage = fc
  .oneof(json, fc.constant('z'.repeat(70_000)))
  .map((value): Draft => () => ({ text: JSON.stringify(value) }));

function cancelled(params: object): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
}

/** The text as it arrives: UTF-8 cannot encode half a surrogate pair. */
function wellFormed(mangled: string): string {
  return Buffer.from(mangled).toString();
}

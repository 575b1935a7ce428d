import fc from 'fast-check';
import type { Id } from '../acceptable.js';
import { deepJson, json, jsonObject, mangling, mutation, text } from '../json.js';
import { ODD_IDS } from '../ids.js';
import { invocations } from '../messages.js';
import { inBase64, inHeader, isPlain, NAMED } from './mirrored.js';

export const MODERN = '2026-07-28';
export const CLAIM = 'io.modelcontextprotocol/protocolVersion';
export const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
export const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
export const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';

/** Headers by their lower-case names. A list is sent as several lines. */
export type PostHeaders = Readonly<Record<string, string | readonly string[]>>;

/** A POST of a client. */
export interface ModernPost {
  readonly text: string;
  readonly headers: PostHeaders;
  /** The client leaves before the answer. */
  readonly hangs?: boolean;
}

type Meta = Readonly<Record<string, unknown>>;
type Change = (headers: Record<string, string | readonly string[]>) => void;

const CAPABLE = {
  sampling: {},
  elicitation: { form: {}, url: {} },
  roots: {},
};
const LEVELS = ['debug', 'info', 'warning', 'error', 'emergency'];

/** Draws a member of `_meta`. @param percent how often it is there and as it should be */
function member(
  name: string,
  right: fc.Arbitrary<unknown>,
  percent: number,
  wrong = json,
): fc.Arbitrary<Meta> {
  return fc.oneof(
    { weight: percent, arbitrary: right.map((value) => ({ [name]: value })) },
    { weight: 96 - percent, arbitrary: fc.constant({}) },
    { weight: 4, arbitrary: wrong.map((value) => ({ [name]: value })) },
  );
}

const meta: fc.Arbitrary<Meta> = fc
  .tuple(
    fc
      .oneof(
        { weight: 90, arbitrary: fc.constant<unknown>(MODERN) },
        {
          weight: 4,
          arbitrary: fc.constantFrom('2025-11-25', '2099-01-01', '', 'x'.repeat(500), ` ${MODERN}`),
        },
        { weight: 3, arbitrary: json },
        { weight: 3, arbitrary: fc.constant(undefined) },
      )
      .map((claim): Meta => (claim === undefined ? {} : { [CLAIM]: claim })),
    member(CAPABILITIES, fc.constantFrom(CAPABLE, CAPABLE, {}, { sampling: {} }, { extensions: {} }), 94),
    member(CLIENT_INFO, fc.constant({ name: 'fuzz', version: '1' }), 80),
    member(LOG_LEVEL, fc.constantFrom(...LEVELS), 50),
    member(
      'progressToken',
      fc.constantFrom<unknown>(0, 'token', '', 7),
      50,
      fc.constantFrom(1.5, 'x'.repeat(2_000)),
    ),
    member('traceparent', text, 10),
  )
  .map((parts) => Object.assign({}, ...parts) as Meta);

const id: fc.Arbitrary<Id> = fc.oneof(fc.nat(), fc.constantFrom(...ODD_IDS));

/** What is wrong with the headers of a POST, or only unusual. */
const headerChange: fc.Arbitrary<Change> = fc.oneof(
  { weight: 80, arbitrary: fc.constant<Change>(() => undefined) },
  {
    weight: 12,
    arbitrary: fc
      .tuple(
        fc.constantFrom('mcp-protocol-version', 'mcp-method', 'mcp-name'),
        fc.constantFrom('remove', 'double', 'upper', 'base64', 'pad', 'cut', 'other', 'empty', 'add'),
      )
      .map(
        ([name, how]): Change =>
          (headers) =>
            change(headers, name, how),
      ),
  },
  {
    weight: 8,
    arbitrary: fc
      .constantFrom<PostHeaders>(
        { 'mcp-session-id': 'x' },
        { 'mcp-session-id': '' },
        { 'last-event-id': '1' },
        { 'mcp-param-unknown': '=?base64?%%?=' },
        { 'mcp-param-unknown': ['a', 'b'] },
        { accept: '*/*' },
        { 'content-type': 'application/json; charset=utf-8' },
      )
      .map(
        (more): Change =>
          (headers) =>
            void Object.assign(headers, more),
      ),
  },
);

function change(headers: Record<string, string | readonly string[]>, name: string, how: string): void {
  const value = headers[name];
  if (how === 'add' || typeof value !== 'string') headers[name] = 'added';
  else if (how === 'remove') delete headers[name];
  else if (how === 'double') headers[name] = [value, value];
  else if (how === 'upper') headers[name] = value.toUpperCase();
  else if (how === 'base64') headers[name] = inBase64(value);
  else if (how === 'pad') headers[name] = `${value}=`;
  else if (how === 'cut') headers[name] = value.slice(1);
  else headers[name] = how === 'empty' ? '' : 'other';
}

/** The headers that a body asks for, as far as headers can say it. */
export function headersOf(body: unknown): Record<string, string | readonly string[]> {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: Record<string, any> };
  const claim: unknown = params?.['_meta']?.[CLAIM];
  const named = NAMED.get(method);
  const name: unknown = named && params?.[named];
  return {
    'mcp-protocol-version': typeof claim === 'string' && isPlain(claim) ? claim : MODERN,
    'mcp-method': typeof method === 'string' && isPlain(method) ? method : 'none',
    ...(typeof name === 'string' ? { 'mcp-name': inHeader(name) } : {}),
  };
}

/**
 * Draws the POSTs of one client.
 *
 * @param owner the client's name, which its echoes carry
 */
export function modernPosts(owner: string): fc.Arbitrary<ModernPost> {
  const invocation = fc.oneof(
    { weight: 3, arbitrary: invocations(owner) },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom('questions', 'loop', 'once')
        .map((name) => ['tools/call', { name, arguments: { owner } }] as const),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(['server/discover'] as const, ['subscriptions/unknown', {}] as const),
    },
  );
  const request = fc.tuple(id, invocation, meta).map(([drawn, [method, params], _meta]) => ({
    jsonrpc: '2.0',
    id: drawn,
    method,
    params: { ...params, _meta },
  }));
  const round = fc
    .tuple(request, fc.option(text, { nil: undefined }), fc.option(json, { nil: undefined }))
    .map(([message, requestState, inputResponses]) => ({
      ...message,
      params: { ...message.params, requestState, inputResponses },
    }));
  const hanging = fc
    .tuple(id, fc.constantFrom('hang', 'waits', 'listen'), meta)
    .map(([drawn, name, _meta]) =>
      name === 'listen'
        ? {
            jsonrpc: '2.0',
            id: drawn,
            method: 'subscriptions/listen',
            params: {
              notifications: { toolsListChanged: true, resourceSubscriptions: ['live://clock', 'item://1'] },
              _meta,
            },
          }
        : { jsonrpc: '2.0', id: drawn, method: 'tools/call', params: { name, _meta } },
    );
  const listen = fc.tuple(id, json, meta).map(([drawn, notifications, _meta]) => ({
    jsonrpc: '2.0',
    id: drawn,
    method: 'subscriptions/listen',
    params: { notifications, _meta },
  }));
  const notification = fc
    .tuple(fc.constantFrom('notifications/cancelled', 'x', 'tools/call'), jsonObject, meta)
    .map(([method, params, _meta]) => ({ jsonrpc: '2.0', method, params: { ...params, _meta } }));
  const response = fc
    .tuple(id, fc.constantFrom('result', 'error'), json)
    .map(([drawn, outcome, value]) => ({ jsonrpc: '2.0', id: drawn, [outcome]: value }));
  const big = fc
    .tuple(request, fc.constantFrom(20_000, 70_000))
    .map(([message, length]) => ({ ...message, params: { ...message.params, filler: 'z'.repeat(length) } }));
  const written = (message: unknown) => ({ body: message, text: JSON.stringify(message) });
  const body = fc.oneof(
    { weight: 55, arbitrary: request.map(written) },
    { weight: 4, arbitrary: round.map(written) },
    {
      weight: 5,
      arbitrary: fc.tuple(request, mutation).map(([message, mutate]) => written(mutate(message) ?? null)),
    },
    {
      weight: 4,
      arbitrary: fc.tuple(request, mangling).map(([message, mangle]) => ({
        body: message as unknown,
        text: Buffer.from(mangle(JSON.stringify(message))).toString(),
      })),
    },
    { weight: 3, arbitrary: notification.map(written) },
    { weight: 2, arbitrary: response.map(written) },
    { weight: 2, arbitrary: fc.array(request, { maxLength: 3 }).map(written) },
    { weight: 2, arbitrary: big.map(written) },
    { weight: 1, arbitrary: json.map((value) => written(value)) },
    {
      weight: 1,
      arbitrary: fc.tuple(request, deepJson).map(([message, deep]) => ({
        body: message as unknown,
        text: JSON.stringify({ ...message, params: { ...message.params, more: 0 } }).replace(
          '"more":0',
          `"more":${deep}`,
        ),
      })),
    },
  );
  const post = fc.tuple(body, headerChange).map(([{ body: message, text: sent }, alter]): ModernPost => {
    const headers = headersOf(message);
    alter(headers);
    return { text: sent, headers };
  });
  const left = fc
    .tuple(fc.oneof({ weight: 4, arbitrary: hanging }, { weight: 1, arbitrary: listen }), headerChange)
    .map(([message, alter]): ModernPost => {
      const headers = headersOf(message);
      alter(headers);
      return { text: JSON.stringify(message), headers, hangs: true };
    });
  return fc.oneof({ weight: 9, arbitrary: post }, { weight: 1, arbitrary: left });
}

import { expect, it } from '@jest/globals';
import type { SessionRecord } from '../model/cluster/session-record.js';
import { storedRecord } from './stored-record.js';

const NAMES = { headers: ['accept-language', 'x-region'], claims: ['sub', 'plan'], query: [] };

const recordOf = (streamHeaders: SessionRecord['streamHeaders'], claims: Record<string, unknown> = {}) => ({
  id: 'any',
  transport: 'sse' as const,
  principal: { subject: 'ada', scopes: ['read'], roles: [], claims, client: { secret: 'secret' } },
  params: {},
  streamHeaders,
  graceMs: 0,
  createdAt: 0,
  state: { subscriptions: [] },
});

it('keeps the headers that are named, and no others', () => {
  const headers = { 'accept-language': 'de', 'x-region': 'eu' };
  const others = { authorization: 'secret', 'x-jwt': 'secret', 'x-amzn-oidc-data': 'secret', accept: '*/*' };
  expect(storedRecord(recordOf({ ...headers, ...others }), NAMES).streamHeaders).toEqual(headers);
});

it('keeps the fields of the principal and the claims that are named, and no others', () => {
  const claims = { sub: 'ada', plan: { name: 'free' } };
  const others = { accessToken: 'secret', profile: { x: 'secret' }, credential: 'secret' };
  expect(storedRecord(recordOf({}, { ...claims, ...others }), NAMES).principal).toEqual({
    subject: 'ada',
    scopes: ['read'],
    roles: [],
    claims,
  });
});

it('keeps the text of the query that is named, and nothing else', () => {
  const streamQuery = { workspace: ['1', '2'], access_token: 'secret', filter: { secret: 'secret' } };
  const names = { ...NAMES, query: ['workspace', 'filter', 'absent'] };
  expect(storedRecord({ ...recordOf({}), streamQuery }, names).streamQuery).toEqual({
    workspace: ['1', '2'],
  });
  expect(storedRecord({ ...recordOf({}), streamQuery }, NAMES).streamQuery).toBeUndefined();
});

import { expect, it } from '@jest/globals';
import type { SessionRecord } from '../../model/cluster/session-record.js';
import { ANONYMOUS } from '../../model/principal.js';
import { storedRecord } from './stored-record.js';

const recordOf = (streamHeaders: SessionRecord['streamHeaders'], claims: Record<string, unknown> = {}) => ({
  id: 'any',
  transport: 'sse' as const,
  principal: { ...ANONYMOUS, claims },
  params: {},
  streamHeaders,
  graceMs: 0,
  createdAt: 0,
  state: { subscriptions: [] },
});

it('leaves out headers that must not be stored', () => {
  const headers = {
    accept: 'text/event-stream',
    'accept-language': 'de',
    'x-request-id': 'one',
    'user-agent': 'monkey',
  };
  const secrets = {
    authorization: 'Bearer secret',
    'proxy-authorization': 'Basic secret',
    cookie: 'sid=secret',
    'x-api-key': 'secret',
    'x-amzn-oidc-accesstoken': 'secret',
    'x-partner': 'secret',
  };
  expect(storedRecord(recordOf({ ...headers, ...secrets }), 'X-Partner').streamHeaders).toEqual(headers);
});

it('leaves out of the user what must not be stored, at any depth', () => {
  const claims = { sub: 'ada', token_use: 'access', keys: 88, profile: { name: 'Ada' } };
  const secrets = {
    accessToken: 'secret',
    refresh_token: 'secret',
    id_token: 'secret',
    password: 'secret',
    passwordHash: 'secret',
    api_key: 'secret',
    clientSecret: 'secret',
  };
  const record = recordOf({}, { ...claims, ...secrets, profile: { ...claims.profile, ...secrets } });
  expect(storedRecord(record).principal.claims).toEqual(claims);
});

import { expect, it } from '@jest/globals';
import { withoutCredentials } from './without-credentials.js';

it('leaves out of headers what must not be stored', () => {
  const headers = {
    authorization: 'Bearer secret',
    'proxy-authorization': 'Basic secret',
    cookie: 'sid=secret',
    'x-api-key': 'secret',
    'x-amzn-oidc-accesstoken': 'secret',
    accept: 'text/event-stream',
    'accept-language': 'de',
    'x-request-id': 'one',
    'user-agent': 'monkey',
  };
  expect(withoutCredentials(headers)).toEqual({
    accept: 'text/event-stream',
    'accept-language': 'de',
    'x-request-id': 'one',
    'user-agent': 'monkey',
  });
});

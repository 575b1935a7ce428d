import { expect, it } from '@jest/globals';
import { normalUri } from './normal-uri.js';

it.each([
  ['vault://secret', 'VAULT://%73ecreT', 'vault://s%65cret', 'vault://sec%72et'],
  ['http://user@example.com/a', 'HTTP://user@EXAMPLE.com/%61', 'http://user@example.com/b/../a'],
  ['files://shelf/b', 'files://shelf/a/../b', 'files://shelf/./b', 'files://shelf/%2e%2e/b'],
  ['files://shelf/a/', 'files://shelf/a/b/..', 'files://shelf/a/.'],
  ['notes://é', 'notes://%C3%A9', 'notes://%c3%a9'],
  ['notes://a%2Fb', 'notes://a%2fb'],
  ['notes://a b', 'notes://a%20b'],
  ['urn:a:b', 'URN:a:%62'],
])('%s has one form with its other spellings', (uri, ...others) => {
  expect(new Set([uri, ...others].map(normalUri)).size).toBe(1);
});

it.each([
  ['vault://a/Secret', 'vault://a/secret'],
  ['notes://a%2Fb', 'notes://a/b'],
  ['notes://a%252Fb', 'notes://a%2Fb'],
  ['urn:a:../b', 'urn:b'],
  ['http://User@example.com', 'http://user@example.com'],
])('%s is not %s', (uri, other) => {
  expect(normalUri(uri)).not.toBe(normalUri(other));
});

it('is a form of itself', () => {
  for (const uri of ['VAULT://%73/../é%zz?a=%2f#%41', '://', '%', '', 'a:\ud800'])
    expect(normalUri(normalUri(uri))).toBe(normalUri(uri));
});

import { describe, expect, it } from '@jest/globals';
import { SecretText } from './secret-text.js';

const secrets = new SecretText(['password', 'apikey', 'token', 'authorization', 'cookie']);
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl';
const JWE = 'eyJhbGciOiJkaXIifQ..aXYtb2YtaXQ.Y2lwaGVydGV4dA.dGFnLW9m';

describe('SecretText', () => {
  it.each([
    ['Authorization: Bearer abcdefgh1234', 'Authorization: [hidden]'],
    ['it said bearer abcdefgh1234.', 'it said [hidden]'],
    ['authorization: Token abc def', 'authorization: [hidden]'],
    ['Cookie: a=b; c=d\nHost: x', 'Cookie: [hidden]\nHost: x'],
    [`sent ${JWT}, got 200`, 'sent [hidden], got 200'],
    [`session-${JWT}`, 'session-[hidden]'],
    [`?jwt%3D${JWT}&a=1`, '?jwt%3D[hidden]&a=1'],
    [JWE, '[hidden]'],
    ['password=hunter2&user=ada', 'password=[hidden]&user=ada'],
    ['"password": "correct horse battery", "user": "ada"', '"password": [hidden], "user": "ada"'],
    ["{'api_key': 'it\\'s me', 'user': 'ada'}", "{'api_key': [hidden], 'user': 'ada'}"],
    [String.raw`{\"password\":\"correct horse\",\"a\":1}`, String.raw`{\"password\":[hidden],\"a\":1}`],
    ['accessTokenOfAda = abc', 'accessTokenOfAda = [hidden]'],
  ])('hides the secret of %s', (text, shown) => {
    expect(secrets.hide(text, false)).toBe(shown);
  });

  it.each([
    'a basic understanding of things',
    'cursor eyJvZmZzZXQiOjEwfQ==',
    'the password is not told',
    'www.example.com',
  ])('leaves %s as it is', (text) => {
    expect(secrets.hide(text, false)).toBe(text);
  });

  it.each([
    ['a JWT', `sent ${JWT}`],
    ['an encrypted token', `sent ${JWE}`],
    ['a JWT within a word', `sent session-${JWT}`],
    ['credentials', `sent Bearer abcdefgh1234`],
    ['an assigned value', 'sent password=hunter2andmore'],
    ['an assigned value in quotes', 'sent password="correct horse battery"'],
  ])('hides what there is of %s wherever the text is cut', (_title, text) => {
    const begins = /eyJ|(?<=Bearer )|(?<=password=)/.exec(text)!.index;
    for (let length = begins + 3; length <= text.length; length++) {
      const shown = secrets.hide(text.slice(0, length), true);
      expect(shown).toMatch(/^sent (password=|session-)?\[hidden\]$/);
    }
  });

  it.each([
    'eyJ',
    'eyJ-',
    'eyJaaaaa.',
    'eyJ.eyJ-',
    '-eyJaaaaa.eyJaaaaa',
    'Bearer ',
    'Bearer  a',
    'Bearer a.',
    'password',
    'password"',
    'password=',
    'password="',
    'password=\\"',
    'password="\\',
    "password='\\'",
    'p-a-s-s-w-o-r-d ',
    'tokentoken-',
    'cookie:',
    'cookie: \n',
    'authorization',
    '"',
    '\\',
    ' ',
    'a',
    '-',
    '.',
  ])('takes time in proportion to a text of %j', (part) => {
    const text = part.repeat(256 * 1024).slice(0, 256 * 1024);
    for (const isCut of [false, true]) expect(secrets.hide(text, isCut)).toBeDefined();
  });
});

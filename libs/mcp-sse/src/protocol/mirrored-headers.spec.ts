import { describe, expect, it } from '@jest/globals';
import { assertMirroredHeaders, type MessageHead } from './mirrored-headers.js';

const VERSION = '2026-07-28';

/** The head of a message as Node gives it. */
function head(...lines: [name: string, value: string][]): MessageHead {
  const headers: Record<string, string> = {};
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    headers[key] = key in headers ? `${headers[key]}, ${value}` : value;
  }
  return { headers, rawHeaders: lines.flat() };
}

const STANDARD: [string, string][] = [
  ['MCP-Protocol-Version', VERSION],
  ['Mcp-Method', 'tools/call'],
];

function check(
  lines: [string, string][],
  method = 'tools/call',
  params: Record<string, unknown> = { name: 'greet' },
) {
  return () => assertMirroredHeaders(head(...lines), VERSION, { method, params });
}

describe('the headers of a modern request', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['tools/call', { name: 'greet' }, 'greet'],
    ['prompts/get', { name: 'ask' }, 'ask'],
    ['resources/read', { uri: 'file:///a.txt' }, 'file:///a.txt'],
    ['tools/call', { name: 'grüße' }, '=?base64?Z3LDvMOfZQ==?='],
    ['prompts/get', { name: 'a, b' }, 'a, b'],
  ])('say what the body of %s says', (method, params, name) => {
    const lines: [string, string][] = [STANDARD[0]!, ['MCP-METHOD', method], ['mcp-name', name]];
    expect(check(lines, method, params)).not.toThrow();
  });

  it.each(['tools/list', 'completion/complete', 'server/discover', 'tools/unknown'])(
    'need no name for %s',
    (method) => {
      expect(check([STANDARD[0]!, ['Mcp-Method', method]], method, { ref: { name: 'a' } })).not.toThrow();
    },
  );

  it.each<[string, [string, string][], string]>([
    ['without a version', [STANDARD[1]!, ['Mcp-Name', 'greet']], 'MCP-Protocol-Version is missing'],
    [
      'with another version',
      [['MCP-Protocol-Version', '2025-11-25'], STANDARD[1]!, ['Mcp-Name', 'greet']],
      'MCP-Protocol-Version is "2025-11-25"',
    ],
    ['without a method', [STANDARD[0]!, ['Mcp-Name', 'greet']], 'Mcp-Method is missing'],
    [
      'with a method in another case',
      [STANDARD[0]!, ['Mcp-Method', 'TOOLS/CALL'], ['Mcp-Name', 'greet']],
      'Mcp-Method is "TOOLS/CALL"',
    ],
    [
      'with a method as base64, which it never is',
      [STANDARD[0]!, ['Mcp-Method', '=?base64?dG9vbHMvY2FsbA==?='], ['Mcp-Name', 'greet']],
      'Mcp-Method is "=?base64?',
    ],
    [
      'with a method twice',
      [...STANDARD, STANDARD[1]!, ['Mcp-Name', 'greet']],
      'Mcp-Method is "tools/call, tools/call"',
    ],
    ['without a name', STANDARD, 'Mcp-Name is missing, but params.name in the body is "greet"'],
    [
      'with another name',
      [...STANDARD, ['Mcp-Name', 'Greet']],
      'Mcp-Name is "Greet", but params.name in the body is "greet"',
    ],
  ])('are refused %s', (_title, lines, problem) => {
    expect(check(lines)).toThrow(
      expect.objectContaining({ code: -32020, message: expect.stringContaining(problem) }),
    );
  });

  it('are refused with two names that together equal the one in the body', () => {
    const names: [string, string][] = [
      ['Mcp-Name', 'a'],
      ['mcp-name', 'b'],
    ];
    expect(check([...STANDARD, ...names], 'tools/call', { name: 'a, b' })).toThrow(
      'mcp-name is sent several times',
    );
  });

  it('are refused with two values of an argument', () => {
    const regions: [string, string][] = [
      ['Mcp-Param-Region', 'eu'],
      ['mcp-param-region', 'us'],
    ];
    expect(check([...STANDARD, ['Mcp-Name', 'greet'], ...regions])).toThrow(
      'mcp-param-region is sent several times',
    );
  });

  it('leave a missing name in the body to the method, unless a header has one', () => {
    expect(check(STANDARD, 'tools/call', {})).not.toThrow();
    expect(check([...STANDARD, ['Mcp-Name', 'greet']], 'tools/call', { name: 7 })).toThrow(
      'Mcp-Name is "greet", but params.name in the body is no text',
    );
  });
});

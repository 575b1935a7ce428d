import { describe, expect, it } from '@jest/globals';
import { ResponseHead } from './response-head.js';

describe('the response head', () => {
  const head = new ResponseHead('HTTP/1.1 200 OK\r\nMCP-Session-Id:  aB1 \r\nX-Id: other');

  it('finds headers case-insensitively and keeps the case of their values', () => {
    expect(head.header('mcp-session-id')).toBe('aB1');
    expect(head.header('x-id')).toBe('other');
  });

  it('does not match part of a header name', () => {
    expect(head.header('id')).toBeUndefined();
    expect(head.header('session-id')).toBeUndefined();
  });
});

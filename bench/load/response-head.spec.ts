import { describe, expect, it } from '@jest/globals';
import { ResponseHead } from './response-head.js';

describe('the head of a response', () => {
  const head = new ResponseHead('HTTP/1.1 200 OK\r\nMCP-Session-Id:  aB1 \r\nX-Id: other');

  it('finds headers whatever their case, and keeps that of their values', () => {
    expect(head.header('mcp-session-id')).toBe('aB1');
    expect(head.header('x-id')).toBe('other');
  });

  it('takes no part of a name for a name', () => {
    expect(head.header('id')).toBeUndefined();
    expect(head.header('session-id')).toBeUndefined();
  });
});

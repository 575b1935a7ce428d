import { beforeEach, describe, expect, it } from '@jest/globals';
import { HttpResponseParser } from './http-response.parser.js';

let seen: string[];
let parser: HttpResponseParser;

beforeEach(() => {
  seen = [];
  parser = new HttpResponseParser({
    head: ({ status }) => void seen.push(String(status)),
    body: (chunk) => void seen.push(chunk.toString()),
    end: () => void seen.push('end'),
  });
});

function push(...parts: string[]): string[] {
  for (const part of parts) parser.push(Buffer.from(part));
  return seen;
}

describe('the response parser', () => {
  it('reads a body of a known length', () => {
    expect(push('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello')).toEqual(['200', 'hello', 'end']);
  });

  it('reads a response byte by byte', () => {
    push(...'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    expect(seen).toEqual(['200', 'o', 'k', 'end']);
  });

  it('reads chunks with extensions and trailers, wherever they are split', () => {
    const response =
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\nA\r\n0123456789\r\n0\r\nX: y\r\n\r\n';
    for (let cut = 1; cut < response.length; cut++) {
      seen = [];
      push(response.slice(0, cut), response.slice(cut));
      expect(seen.slice(1, -1).join('')).toBe('abc0123456789');
      expect(seen.at(-1)).toBe('end');
    }
  });

  it('reads several responses in one piece', () => {
    const accepted = 'HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n';
    expect(push(accepted + accepted)).toEqual(['202', 'end', '202', 'end']);
  });

  it('reads responses without a body, and skips informational ones', () => {
    expect(push('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n')).toEqual(['204', 'end']);
  });

  it('reads until the connection ends if there is no length', () => {
    push('HTTP/1.1 200 OK\r\n\r\nall', 'there is');
    parser.close();
    expect(seen).toEqual(['200', 'all', 'there is', 'end']);
  });

  it('refuses a truncated response, and data that is not HTTP', () => {
    push('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel');
    expect(() => parser.close()).toThrow(SyntaxError);
    expect(() => new HttpResponseParser({} as never).push(Buffer.from('SSH-2.0\r\n\r\n'))).toThrow(
      SyntaxError,
    );
  });

  it('refuses a chunk without a size', () => {
    expect(() => push('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n')).toThrow(
      'size of a chunk',
    );
  });
});

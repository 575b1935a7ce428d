import { describe, expect, it } from '@jest/globals';
import { SseParser } from './sse.parser.js';

function parse(...chunks: (string | Buffer)[]): [string, string][] {
  const events: [string, string][] = [];
  const parser = new SseParser((event, data) => void events.push([event, data]));
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return events;
}

describe('the event stream parser', () => {
  const stream =
    ': hi\r\n\r\nid: 1\nevent: endpoint\ndata: /é?a=1\n\ndata:漢\rdata: 🙂\r\revent: none\n\ndata\n\n';
  const events = [
    ['endpoint', '/é?a=1'],
    ['message', '漢\n🙂'],
    ['message', ''],
  ];

  it('reads event types, data lines and all three line endings, and skips comments and ids', () => {
    expect(parse(stream)).toEqual(events);
  });

  it('reads the same wherever the stream is split, even within a character', () => {
    const bytes = Buffer.from(stream);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(events);
    expect(parse(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(events);
  });

  it('holds back an event until its empty line', () => {
    expect(parse('data: half\n')).toEqual([]);
  });
});

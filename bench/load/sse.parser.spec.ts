import { describe, expect, it } from '@jest/globals';
import { SseParser } from './sse.parser.js';

function parse(...chunks: (string | Buffer)[]): [string, string][] {
  const events: [string, string][] = [];
  const parser = new SseParser((event, data) => void events.push([event, data]));
  for (const chunk of chunks) parser.push(Buffer.from(chunk));
  return events;
}

describe('the parser of event streams', () => {
  const stream =
    ': hi\r\n\r\nid: 1\nevent: endpoint\ndata: /é?a=1\n\ndata:漢\rdata: 🙂\r\revent: none\n\ndata\n\n';
  const events = [
    ['endpoint', '/é?a=1'],
    ['message', '漢\n🙂'],
    ['message', ''],
  ];

  it('reads types, lines of data and all three ends of lines, and passes comments and ids by', () => {
    expect(parse(stream)).toEqual(events);
  });

  it('reads the same wherever the stream is cut, within a character too', () => {
    const bytes = Buffer.from(stream);
    for (let cut = 1; cut < bytes.length; cut++)
      expect(parse(bytes.subarray(0, cut), bytes.subarray(cut))).toEqual(events);
    expect(parse(...Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(events);
  });

  it('keeps back what has no empty line behind it', () => {
    expect(parse('data: half\n')).toEqual([]);
  });
});

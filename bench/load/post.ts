import type { ConnectionPool } from './connection-pool.js';
import type { RequestListener } from './http-connection.js';
import type { ResponseHead } from './response-head.js';
import { SseParser } from './sse.parser.js';

/** Handles what answers a POST. */
export interface PostReader {
  head?(head: ResponseHead): void;
  message(json: string): void;
  fail(error: Error): void;
}

/** Sends a message by POST. Resolves when its response has ended. @param head ends with the last header's CRLF */
export function post(pool: ConnectionPool, head: string, body: string, reader: PostReader): Promise<void> {
  return new Promise((resolve) => {
    let content: Pick<RequestListener, 'body' | 'end'> | undefined;
    pool.send(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, {
      head: (answered) => {
        if (answered.status !== 200 && answered.status !== 202)
          reader.fail(new Error(`A POST was answered with ${answered.status}.`));
        reader.head?.(answered);
        if (answered.status === 200) content = contentReader(answered, reader);
      },
      body: (chunk) => content?.body?.(chunk),
      end: () => {
        content?.end?.();
        resolve();
      },
      fail: (error) => reader.fail(error),
    });
  });
}

/** Reads the messages of an event stream. An event without data carries only an id. */
export function eventReader(reader: PostReader): Required<Pick<RequestListener, 'body'>> {
  const parser = new SseParser((event, data) => {
    if (event === 'message' && data !== '') reader.message(data);
  });
  return { body: (chunk) => parser.push(chunk) };
}

function contentReader(head: ResponseHead, reader: PostReader): Pick<RequestListener, 'body' | 'end'> {
  if (head.header('content-type')?.startsWith('text/event-stream')) return eventReader(reader);
  const chunks: Buffer[] = [];
  return {
    body: (chunk) => void chunks.push(chunk),
    end: () => {
      if (chunks.length > 0) reader.message(Buffer.concat(chunks).toString());
    },
  };
}

import type { IncomingMessage } from 'node:http';
import type { TrustedMessage } from './answer.js';

/** Uses a callback, since a promise would be avoidable work. */
export function readJson(request: IncomingMessage, onMessage: (message: TrustedMessage) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    onMessage(JSON.parse(body.toString()) as TrustedMessage);
  });
}

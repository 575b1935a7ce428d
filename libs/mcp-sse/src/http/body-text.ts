import type { IncomingMessage } from 'node:http';
import { PayloadTooLargeException, RequestTimeoutException } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import { GrowingBuffer } from './growing-buffer.js';
import { rawRequest } from './raw-request.js';

export type BodyLimits = Pick<ResolvedOptions['limits'], 'maxMessageBytes' | 'maxMessageDepth' | 'bodyMs'>;

/** Who pays for bodies that arrive in pieces. */
export interface BodyMemory {
  /** @param refuse stops the reading with an error, when the memory is needed elsewhere */
  open(request: object, refuse: (error: Error) => void): MemoryAccount;
}

/** The text of a request's body, and its size. */
export interface BodyText {
  readonly text: string;
  readonly bytes: number;
}

/**
 * Reads the body of a request. Most bodies have arrived by the time the guards have passed and are returned at once;
 * others are read as they arrive, up to the limit and the deadline.
 *
 * @param memory pays for what has arrived
 * @throws {PayloadTooLargeException} 413
 * @throws {RequestTimeoutException} 408
 * @throws {JsonRpcError} -32700 when the client leaves before the end
 * @throws the error of {@link BodyMemory}
 */
export function readBodyText(
  request: object,
  limits: BodyLimits,
  memory: BodyMemory,
): BodyText | Promise<BodyText> {
  const raw = rawRequest(request);
  if (!hasArrived(raw)) return readArriving(request, limits, memory);
  if (raw.readableLength > limits.maxMessageBytes) throw tooLarge(limits.maxMessageBytes);
  const bytes = raw.read() as Buffer;
  // Node frees a request only after its end was read. If the end has arrived too, `read()` has read it.
  if (!raw.complete) raw.resume();
  return { text: bytes.toString(), bytes: bytes.length };
}

/** Whether the whole body has arrived, and nothing has begun to read it. */
function hasArrived({ complete, headers, readableFlowing, readableLength }: IncomingMessage): boolean {
  if (readableFlowing !== null || readableLength === 0) return false;
  return complete || readableLength === expectedBytes(headers);
}

function expectedBytes(headers: IncomingMessage['headers']): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function readArriving(
  request: object,
  { maxMessageBytes, bodyMs }: BodyLimits,
  memory: BodyMemory,
): Promise<BodyText> {
  const raw = rawRequest(request);
  return new Promise((resolve, reject) => {
    const body = new GrowingBuffer(expectedBytes(raw.headers));
    const refuse = (error: Error) => {
      stop();
      // Read the rest, so that the client reads the answer.
      raw.resume();
      reject(error);
    };
    const account = memory.open(request, refuse);
    const stop = () => {
      account.clear();
      account.close();
      clearTimeout(deadline);
      raw.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const onData = (chunk: Buffer) => {
      if (body.length + chunk.length > maxMessageBytes) return refuse(tooLarge(maxMessageBytes));
      body.add(chunk);
      account.add(chunk.length);
      account.budget.settle();
    };
    const onEnd = () => {
      stop();
      resolve({ text: body.toString(), bytes: body.length });
    };
    const onClose = () => {
      stop();
      reject(new JsonRpcError(ErrorCode.ParseError, 'Parse error: the request ended early'));
    };
    const deadline = setTimeout(() => {
      stop();
      reject(new RequestTimeoutException(`A message must arrive within ${bodyMs} ms.`));
    }, bodyMs);
    // Something before us may have read the body without leaving it anywhere: no event would come.
    if (raw.readableEnded || raw.destroyed) return onClose();
    raw.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

export function tooLarge(maxBytes: number): PayloadTooLargeException {
  return new PayloadTooLargeException(`A message may have ${maxBytes} bytes at most.`);
}

import type { IncomingMessage } from 'node:http';
import { PayloadTooLargeException, RequestTimeoutException } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { principalKey } from '../../model/principal.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { SessionLimitError } from '../../sessions/session.errors.js';
import type { MemoryBudget } from '../../streaming/memory-budget.js';
import { GrowingBuffer } from './growing-buffer.js';

export type BodyLimits = Pick<ResolvedOptions['limits'], 'maxMessageBytes' | 'maxMessageDepth' | 'bodyMs'>;

/** The text of a request's body, and its size. */
export interface BodyText {
  readonly text: string;
  readonly bytes: number;
}

/**
 * Reads the body of a request, whose principal's memory pays for what arrives: at once where all of it has come, which is so for most messages by the time that their
 * guards have passed, else as it arrives, no more of it than the limit, and no longer than the deadline.
 *
 * @throws {PayloadTooLargeException} 413
 * @throws {RequestTimeoutException} 408
 * @throws {SessionLimitError} where memory is short
 * @throws {JsonRpcError} -32700 when the client leaves before the end
 */
export function readBodyText(
  request: object,
  limits: BodyLimits,
  budget: MemoryBudget,
): BodyText | Promise<BodyText> {
  const raw = rawRequest(request);
  if (!isThere(raw)) return arriving(request, limits, budget);
  if (raw.readableLength > limits.maxMessageBytes) throw tooLarge(limits.maxMessageBytes);
  const bytes = raw.read() as Buffer;
  // To its end, which Node waits for before it lets go of a request.
  raw.resume();
  return { text: bytes.toString(), bytes: bytes.length };
}

/** Whether all of a body waits, and nothing before us has begun to read it. */
function isThere({ complete, headers, readableFlowing, readableLength }: IncomingMessage): boolean {
  if (readableFlowing !== null || readableLength === 0) return false;
  return complete || readableLength === expectedBytes(headers);
}

function expectedBytes(headers: IncomingMessage['headers']): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

function arriving(
  request: object,
  { maxMessageBytes, bodyMs }: BodyLimits,
  budget: MemoryBudget,
): Promise<BodyText> {
  const raw = rawRequest(request);
  return new Promise((resolve, reject) => {
    const body = new GrowingBuffer(expectedBytes(raw.headers));
    const refuse = (error: Error) => {
      stop();
      // What still comes is let pass, so that the client reads the answer.
      raw.resume();
      reject(error);
    };
    const memory = budget.open(principalKey(requestPrincipal(request)), {
      trim: () => undefined,
      cut: () =>
        refuse(new SessionLimitError('The server is short of memory; send less at a time, or later.')),
    });
    const stop = () => {
      memory.clear();
      memory.close();
      clearTimeout(deadline);
      raw.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    };
    const onData = (chunk: Buffer) => {
      if (body.length + chunk.length > maxMessageBytes) return refuse(tooLarge(maxMessageBytes));
      body.add(chunk);
      memory.add(chunk.length);
      budget.settle();
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
    // Something before us may have read it and kept it to itself: none of the events would come.
    if (raw.readableEnded || raw.destroyed) return onClose();
    raw.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

export function tooLarge(maxBytes: number): PayloadTooLargeException {
  return new PayloadTooLargeException(`A message may have ${maxBytes} bytes at most.`);
}

import type { IncomingMessage } from 'node:http';
import { PayloadTooLargeException, UnsupportedMediaTypeException } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { rawRequest } from '../../auth/raw-request.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';

const HIDDEN = ['content-type', 'content-length', 'transfer-encoding'] as const;
const JSON_TYPE = /^application\/json *(;|$)/i;
const UTF_8 = /; *charset *= *("?)utf-?8\1 *(;|$)/i;

const hiddenHeaders = new WeakMap<IncomingMessage, Partial<Record<(typeof HIDDEN)[number], string>>>();

/**
 * Makes the application's body parsers pass a request by, so that neither their limits nor their errors apply to
 * messages, and nothing is read before the guards have let the request in. {@link readMessage} undoes it.
 */
export function hideBody(request: IncomingMessage): void {
  const hidden: Partial<Record<(typeof HIDDEN)[number], string>> = {};
  for (const name of HIDDEN) {
    const value = request.headers[name];
    if (value === undefined) continue;
    hidden[name] = value;
    delete request.headers[name];
  }
  hiddenHeaders.set(request, hidden);
}

/**
 * Reads the body of a POST, or takes it as something before us has parsed it.
 *
 * @param maxBytes what the body may be at most
 * @returns the parsed JSON
 * @throws {UnsupportedMediaTypeException} 415
 * @throws {PayloadTooLargeException} 413
 * @throws {JsonRpcError} -32700
 */
export async function readMessage(request: unknown, maxBytes: number): Promise<unknown> {
  const raw = rawRequest(request);
  Object.assign(raw.headers, hiddenHeaders.get(raw));
  assertJson(raw);
  if (Number(raw.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  const { body } = request as { body?: unknown };
  if (body === undefined || body === null) return parse(await readText(raw, maxBytes));
  if (typeof body === 'string' || Buffer.isBuffer(body)) return parse(withinLimit(body.toString(), maxBytes));
  withinLimit(JSON.stringify(body), maxBytes);
  return body;
}

function assertJson({ headers }: IncomingMessage): void {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  const isUtf8 = !/; *charset/i.test(type) || UTF_8.test(type);
  if (!JSON_TYPE.test(type) || !isUtf8 || encoding !== 'identity')
    throw new UnsupportedMediaTypeException(
      'Content-Type must be application/json in UTF-8, not compressed.',
    );
}

function readText(raw: IncomingMessage, maxBytes: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const stop = () => raw.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      stop();
      raw.resume();
      reject(tooLarge(maxBytes));
    };
    const onEnd = () => {
      stop();
      resolve(Buffer.concat(chunks).toString());
    };
    const onClose = () => {
      stop();
      reject(new JsonRpcError(ErrorCode.ParseError, 'Parse error: the request ended early'));
    };
    // Something before us may have read it and kept it to itself: none of the events would come.
    if (raw.readableEnded || raw.destroyed) return onClose();
    raw.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonRpcError(ErrorCode.ParseError, 'Parse error: the body is not JSON');
  }
}

function withinLimit(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(maxBytes);
  return text;
}

function tooLarge(maxBytes: number): PayloadTooLargeException {
  return new PayloadTooLargeException(`A message may have ${maxBytes} bytes at most.`);
}

import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { rawRequest } from '../../auth/raw-request.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { readBodyText, tooLarge, type BodyLimits } from './body-text.js';

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

/** A message as JSON, and the size that it has on the wire. */
export interface MessageBody {
  readonly json: unknown;
  readonly bytes: number;
}

/**
 * Reads the body of a POST, or takes it as something before us has parsed it.
 *
 * @throws {UnsupportedMediaTypeException} 415
 * @throws {PayloadTooLargeException} 413
 * @throws {RequestTimeoutException} 408
 * @throws {JsonRpcError} -32700
 */
export async function readMessage(request: unknown, limits: BodyLimits): Promise<MessageBody> {
  const raw = rawRequest(request);
  Object.assign(raw.headers, hiddenHeaders.get(raw));
  assertJson(raw);
  const { maxMessageBytes } = limits;
  if (Number(raw.headers['content-length'] ?? 0) > maxMessageBytes) throw tooLarge(maxMessageBytes);
  const { body } = request as { body?: unknown };
  if (body === undefined || body === null) {
    const { text, bytes } = await readBodyText(raw, limits);
    return { json: parse(text), bytes };
  }
  const isParsed = typeof body !== 'string' && !Buffer.isBuffer(body);
  const text = isParsed ? serialize(body) : body.toString();
  const bytes = Buffer.byteLength(text);
  if (bytes > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return { json: isParsed ? body : parse(text), bytes };
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

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new JsonRpcError(ErrorCode.ParseError, 'Parse error: the body is not JSON');
  }
}

/** What is parsed can be nested too deep to be written again. */
function serialize(body: unknown): string {
  try {
    return JSON.stringify(body);
  } catch {
    throw new JsonRpcError(ErrorCode.InvalidRequest, 'Invalid Request: the message is nested too deep');
  }
}

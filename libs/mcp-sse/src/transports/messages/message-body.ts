import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { rawRequest } from '../../http/raw-request.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { assertDepth } from '../../protocol/message-depth.js';
import { unhideBody } from '../../http/unread-body.js';
import {
  readBodyText,
  tooLarge,
  type BodyLimits,
  type BodyMemory,
  type BodyText,
} from '../../http/body-text.js';

const JSON_TYPE = /^application\/json *(;|$)/i;
const UTF_8 = /; *charset *= *("?)utf-?8\1 *(;|$)/i;

/** A message as JSON, and its size on the wire. */
export interface MessageBody {
  readonly json: unknown;
  readonly bytes: number;
}

/**
 * Reads the body of a POST, or takes the body that something before us has parsed. Returns at once if all of it is
 * there.
 *
 * @throws {UnsupportedMediaTypeException} 415
 * @throws {PayloadTooLargeException} 413
 * @throws {RequestTimeoutException} 408
 * @throws {SessionLimitError} when memory is short
 * @throws {JsonRpcError} -32700
 * @throws {MessageTooDeepError} -32600
 */
export function readMessage(
  request: object,
  limits: BodyLimits,
  memory: BodyMemory,
): MessageBody | Promise<MessageBody> {
  const raw = rawRequest(request);
  unhideBody(raw);
  assertJson(raw);
  const { maxMessageBytes, maxMessageDepth } = limits;
  if (Number(raw.headers['content-length'] ?? 0) > maxMessageBytes) throw tooLarge(maxMessageBytes);
  const { body } = request as { body?: unknown };
  if (body === undefined || body === null) {
    const read = readBodyText(request, limits, memory);
    return read instanceof Promise
      ? read.then((text) => parsed(text, maxMessageDepth))
      : parsed(read, maxMessageDepth);
  }
  const isParsed = typeof body !== 'string' && !Buffer.isBuffer(body);
  if (isParsed) assertDepth(body, maxMessageDepth);
  const text = isParsed ? JSON.stringify(body) : body.toString();
  const bytes = Buffer.byteLength(text);
  if (bytes > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return isParsed ? { json: body, bytes } : parsed({ text, bytes }, maxMessageDepth);
}

function parsed({ text, bytes }: BodyText, maxDepth: number): MessageBody {
  const json = parse(text);
  assertDepth(json, maxDepth);
  return { json, bytes };
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

import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import {
  readBodyText,
  tooLarge,
  type BodyLimits,
  type BodyMemory,
  type BodyText,
} from '../../http/body-text.js';
import { rawRequest } from '../../http/raw-request.js';
import { isUnread, unhideBody } from '../../http/unread-body.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { isDeeper } from '../../protocol/message-depth.js';
import { requestIdOf } from '../../protocol/refused-message.js';

const JSON_TYPE = /^application\/json *(;|$)/i;
const UTF_8 = /; *charset *= *("?)utf-?8\1 *(;|$)/i;

/** Kept on the request itself; see `request-principal.ts` for what that saves. */
const requestId = Symbol('nestjs-mcp-sse:request-id');

type Reading = IncomingMessage & { [requestId]?: RequestId | null };

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
 */
export function readMessage(
  request: object,
  limits: BodyLimits,
  memory: BodyMemory,
): MessageBody | Promise<MessageBody> {
  const raw: Reading = rawRequest(request);
  unhideBody(raw);
  assertJson(raw);
  const { maxMessageBytes } = limits;
  if (Number(raw.headers['content-length'] ?? 0) > maxMessageBytes) throw tooLarge(maxMessageBytes);
  const { body } = request as { body?: unknown };
  if (body === undefined || body === null || isUnread(raw)) {
    const read = readBodyText(request, limits, memory);
    return read instanceof Promise ? read.then((text) => parsed(raw, text)) : parsed(raw, read);
  }
  if (typeof body !== 'string' && !Buffer.isBuffer(body)) return taken(raw, body, limits);
  const text = body.toString();
  const bytes = Buffer.byteLength(text);
  if (bytes > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return parsed(raw, { text, bytes });
}

/** The id of the request in a body that was read; null where there is none. */
export function readIdOf(request: object): RequestId | null {
  return (rawRequest(request) as Reading)[requestId] ?? null;
}

function parsed(raw: Reading, { text, bytes }: BodyText): MessageBody {
  const json = parse(text);
  raw[requestId] = requestIdOf(json);
  return { json, bytes };
}

/** Takes what something before us has parsed. */
function taken(raw: Reading, json: object, { maxMessageBytes, maxMessageDepth }: BodyLimits): MessageBody {
  raw[requestId] = requestIdOf(json);
  // Its depth is refused later, where the session is known. JSON.stringify could not go there.
  if (isDeeper(json, maxMessageDepth)) return { json, bytes: 0 };
  const bytes = Buffer.byteLength(JSON.stringify(json));
  if (bytes > maxMessageBytes) throw tooLarge(maxMessageBytes);
  return { json, bytes };
}

function assertJson({ headers }: IncomingMessage): void {
  const type = headers['content-type'] ?? '';
  const encoding = headers['content-encoding'] ?? 'identity';
  if (type === 'application/json' && encoding === 'identity') return;
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

import type { IncomingMessage } from 'node:http';
import { UnsupportedMediaTypeException } from '@nestjs/common';
import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { rawRequest } from '../../auth/raw-request.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { isDeeper } from '../../protocol/message-depth.js';
import { requestIdOf } from '../../protocol/refused-message.js';
import type { MemoryBudget } from '../../streaming/memory-budget.js';
import { readBodyText, tooLarge, type BodyLimits, type BodyText } from './body-text.js';

const HIDDEN = ['content-type', 'content-length', 'transfer-encoding'] as const;
const JSON_TYPE = /^application\/json *(;|$)/i;
const UTF_8 = /; *charset *= *("?)utf-?8\1 *(;|$)/i;

/** Both are kept on the request itself: a WeakMap would cost each of them far more. */
const hiddenHeaders = Symbol('nestjs-mcp-sse:hidden-headers');
const requestId = Symbol('nestjs-mcp-sse:request-id');

type HiddenHeaders = Partial<Record<(typeof HIDDEN)[number], string>>;
type Reading = IncomingMessage & { [hiddenHeaders]?: HiddenHeaders; [requestId]?: RequestId | null };

/**
 * Makes the application's body parsers pass a request by, so that neither their limits nor their errors apply to
 * messages, and nothing is read before the guards have let the request in. {@link readMessage} undoes it.
 */
export function hideBody(request: Reading): void {
  const { headers } = request;
  const hidden: HiddenHeaders = {};
  for (const name of HIDDEN) {
    if (headers[name] === undefined) continue;
    hidden[name] = headers[name];
    // Deleted, they would leave an object behind that is slow to use.
    headers[name] = undefined;
  }
  request[hiddenHeaders] = hidden;
}

/** A message as JSON, and the size that it has on the wire. */
export interface MessageBody {
  readonly json: unknown;
  readonly bytes: number;
}

/**
 * Reads the body of a POST, or takes it as something before us has parsed it. At once where it is all there.
 *
 * @throws {UnsupportedMediaTypeException} 415
 * @throws {PayloadTooLargeException} 413
 * @throws {RequestTimeoutException} 408
 * @throws {SessionLimitError} where memory is short
 * @throws {JsonRpcError} -32700
 */
export function readMessage(
  request: object,
  limits: BodyLimits,
  budget: MemoryBudget,
): MessageBody | Promise<MessageBody> {
  const raw: Reading = rawRequest(request);
  Object.assign(raw.headers, raw[hiddenHeaders]);
  assertJson(raw);
  const { maxMessageBytes } = limits;
  if (Number(raw.headers['content-length'] ?? 0) > maxMessageBytes) throw tooLarge(maxMessageBytes);
  const { body } = request as { body?: unknown };
  if (body === undefined || body === null) {
    const read = readBodyText(request, limits, budget);
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

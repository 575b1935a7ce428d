import { addAbortSignal, Readable } from 'node:stream';
import type { ReadableStream as WebStream } from 'node:stream/web';
import { StreamableFile } from '@nestjs/common';
import { bytesOf, isBytes } from '../model/json-data.js';
import { Body } from './body.js';
import { ResultTooLargeError, type SourceLimit } from './results/too-large.error.js';

interface Sized {
  readonly stream: Readable;
  readonly mimeType?: string;
}

/** Return values that are read to their end: a Node or web stream, a StreamableFile, a Blob, a Response. */
type Source = Readable | WebStream | StreamableFile | Blob | Response;

/** Whether a value is a byte or object stream. An async generator is not: its last value is the result. */
export function isStream(value: object): value is Readable | WebStream {
  const { pipe, getReader } = value as { pipe?: unknown; getReader?: unknown };
  return typeof getReader === 'function' || (typeof pipe === 'function' && Symbol.asyncIterator in value);
}

export function isSource(value: unknown): value is Source {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return false;
  return value instanceof StreamableFile || isBlobOrResponse(value) || isStream(value);
}

/**
 * Reads a source to its end. The stream is destroyed early when the signal aborts or the content is too large.
 *
 * @returns bytes, or the objects of a stream of objects; a little more than the limit of what ends there
 * @throws {ResultTooLargeError}
 */
export async function readSource(
  source: Source,
  limit: SourceLimit,
  signal: AbortSignal,
): Promise<Body | unknown[] | undefined> {
  const opened = open(source);
  if (!opened) return undefined;
  const { stream, mimeType } = opened;
  addAbortSignal(signal, stream);
  const chunks: Buffer[] = [];
  const objects: unknown[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<unknown>) {
    const bytes = chunkBytes(chunk);
    if (bytes) chunks.push(bytes);
    else objects.push(chunk);
    size += bytes ? bytes.length : (JSON.stringify(chunk)?.length ?? 0);
    if (size <= limit.bytes) continue;
    // Leaving the loop destroys the stream.
    if (!limit.ends) throw new ResultTooLargeError(undefined, limit, limit.advice);
    if (objects.length > 0) return objects;
    const cut = new Body(untilCharacter(Buffer.concat(chunks)), mimeType);
    if (!cut.isUtf8) throw new ResultTooLargeError(undefined, limit, limit.advice);
    return cut;
  }
  return objects.length > 0 ? objects : new Body(Buffer.concat(chunks), mimeType);
}

/** Without the first bytes of a character whose last ones are missing. */
function untilCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back]!;
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.subarray(0, -back) : bytes;
  }
  return bytes;
}

/** Destroys a source that will not be read. */
export function discard(value: unknown): void {
  if (isSource(value))
    open(value)
      ?.stream.on('error', () => undefined)
      .destroy();
}

/** @throws {Error} for a Response with a status of failure */
function open(source: Source): Sized | undefined {
  if (source instanceof StreamableFile) return { stream: source.getStream(), mimeType: source.options.type };
  if (isStream(source)) return { stream: asReadable(source), mimeType: headerType(source) };
  if (!('headers' in source))
    return { stream: asReadable(source.stream() as WebStream), mimeType: source.type };
  const { body, headers, ok, status, url } = source;
  if (!ok) {
    void body?.cancel().catch(() => undefined);
    throw new Error(`the handler returned a Response of status ${status}${url && ` from ${url}`}`);
  }
  const mimeType = headers.get('content-type') ?? undefined;
  return body ? { stream: asReadable(body as WebStream), mimeType } : undefined;
}

function asReadable(stream: Readable | WebStream): Readable {
  return 'getReader' in stream ? Readable.fromWeb(stream, { objectMode: true }) : stream;
}

/** The content type of a response of Node's HTTP client. */
function headerType(stream: object): string | undefined {
  return (stream as { headers?: Record<string, string | undefined> }).headers?.['content-type'];
}

function isBlobOrResponse(value: object): value is Blob | Response {
  const { arrayBuffer, stream, headers } = value as {
    arrayBuffer?: unknown;
    stream?: unknown;
    headers?: unknown;
  };
  return typeof arrayBuffer === 'function' && (typeof stream === 'function' || headers !== undefined);
}

function chunkBytes(chunk: unknown): Buffer | undefined {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  return typeof chunk === 'object' && chunk !== null && isBytes(chunk) ? bytesOf(chunk) : undefined;
}

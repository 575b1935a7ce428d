import type { Readable } from 'node:stream';
import { HttpException, HttpStatus, StreamableFile } from '@nestjs/common';
import { Body } from '../execution/body.js';
import type { InProcessResponse } from './in-process.js';

/** Most bytes of an error's body that are read: its message goes to a model. */
const MAX_ERROR_BYTES = 64 * 1024;
const MAX_LOCATION_LENGTH = 2_048;

/**
 * What a tool returns for the answer of its route: the body with its type, to be read.
 *
 * @returns undefined for an answer without a body
 * @throws {HttpException} for an answer that is no success, with its status and body
 */
export async function answerOf(response: InProcessResponse): Promise<StreamableFile | undefined> {
  const { status, headers, body } = response;
  if (status >= 300) throw await exceptionOf(response);
  if (
    status === HttpStatus.NO_CONTENT ||
    status === HttpStatus.RESET_CONTENT ||
    headers['content-length'] === '0'
  ) {
    body.destroy();
    return undefined;
  }
  return new StreamableFile(body, { type: typeOf(response) });
}

async function exceptionOf(response: InProcessResponse): Promise<HttpException> {
  const { status, headers, body } = response;
  if (status < 400) {
    body.destroy();
    const location = String(headers['location'] ?? 'nowhere').slice(0, MAX_LOCATION_LENGTH);
    return new HttpException(
      `The route answered ${status} and redirects to ${location}, which a call does not follow.`,
      status,
    );
  }
  const read = await shortBody(body, typeOf(response));
  return new HttpException(
    (read && (messageOf(read.json) ?? read.text)) || `The route answered ${status}.`,
    status,
  );
}

/** @returns undefined for a body that is too long to be a message, or that broke off */
async function shortBody(body: Readable, type: string | undefined): Promise<Body | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      // Destroys the body.
      if (size > MAX_ERROR_BYTES) return undefined;
      chunks.push(chunk);
    }
  } catch {
    return undefined;
  }
  return new Body(Buffer.concat(chunks), type);
}

/** The message of a JSON body: that of Nest's exceptions, else the whole. */
function messageOf(json: unknown): string | Record<string, unknown> | undefined {
  if (typeof json === 'string') return json;
  if (typeof json !== 'object' || json === null) return undefined;
  const { message } = json as { message?: unknown };
  const isTold = typeof message === 'string' || Array.isArray(message);
  return isTold ? { message } : JSON.stringify(json);
}

function typeOf({ headers }: InProcessResponse): string | undefined {
  const type = headers['content-type'];
  return type === undefined ? undefined : String(type);
}

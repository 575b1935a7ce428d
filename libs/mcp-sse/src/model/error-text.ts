import { HttpException } from '@nestjs/common';
import { tellFew } from './clip.js';
import { McpClientError } from './errors/mcp-client.error.js';

/** What can be read of a value that was thrown. */
export interface ThrownText {
  readonly message: string;
  readonly stack?: string;
}

const UNREADABLE: ThrownText = { message: 'something without a readable message was thrown' };

/** The message and stack of a thrown value, which may be anything. Never throws. */
export function thrownText(thrown: unknown): ThrownText {
  try {
    // Built here for what is no error, so that the stack leads to this caller.
    const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { message: String(message), stack: typeof stack === 'string' ? stack : undefined };
  } catch {
    // An object without a prototype, or a getter that throws.
    return UNREADABLE;
  }
}

/**
 * What a client may read of an exception: the message of Nest's HTTP exceptions, and of errors that the client itself
 * has caused; nothing of others. Of a long list of messages it reads the first.
 */
export function publicMessage(error: unknown): string | undefined {
  if (error instanceof McpClientError) return error.message;
  if (!(error instanceof HttpException)) return undefined;
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (message === undefined || message === null) return error.message;
  return Array.isArray(message) ? tellFew(message, asText) : asText(message);
}

/** A ValidationPipe can be told to describe fields by objects. */
function asText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

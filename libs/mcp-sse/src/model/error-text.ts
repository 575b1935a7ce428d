import { HttpException } from '@nestjs/common';
import { tellFew } from './clip.js';
import { McpClientError } from './errors/mcp-client.error.js';

/** The readable parts of a thrown value. */
export interface ThrownText {
  readonly message: string;
  readonly stack?: string;
}

const UNREADABLE: ThrownText = { message: 'something without a readable message was thrown' };

/** Reads the message and stack of a thrown value, which may be anything. Never throws. */
export function thrownText(thrown: unknown): ThrownText {
  try {
    // Creates an Error where none was thrown, so that the stack names this caller.
    const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { message: String(message), stack: typeof stack === 'string' ? stack : undefined };
  } catch {
    // The value has no prototype, or a getter throws.
    return UNREADABLE;
  }
}

/**
 * The message of an exception that a client may read: of Nest's HTTP exceptions and of `McpClientError`; undefined for
 * all others. A long list of messages is cut to the first few.
 */
export function publicMessage(error: unknown): string | undefined {
  if (error instanceof McpClientError) return error.message;
  if (!(error instanceof HttpException)) return undefined;
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (message === undefined || message === null) return error.message;
  return Array.isArray(message) ? tellFew(message, asText) : asText(message);
}

/** A ValidationPipe can be configured to describe fields by objects instead of strings. */
function asText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

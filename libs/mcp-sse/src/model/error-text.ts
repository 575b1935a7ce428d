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
    // Made here if an Error is missing, so that the stack leads to this caller.
    const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { message: String(message), stack: typeof stack === 'string' ? stack : undefined };
  } catch {
    // An object without a prototype, or a getter that throws.
    return UNREADABLE;
  }
}

/**
 * The part of an exception that a client may read: the message of Nest's HTTP exceptions and of `McpClientError`.
 * Undefined for all others. Of a long list of messages the client gets the first few.
 */
export function publicMessage(error: unknown): string | undefined {
  if (error instanceof McpClientError) return error.message;
  if (!(error instanceof HttpException)) return undefined;
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (message === undefined || message === null) return error.message;
  return Array.isArray(message) ? tellFew(message, asText) : asText(message);
}

/** A ValidationPipe can be configured to describe fields by objects. */
function asText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

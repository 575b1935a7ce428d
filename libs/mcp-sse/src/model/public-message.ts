import { HttpException } from '@nestjs/common';
import { McpClientError } from './errors/mcp-client.error.js';
import { tellFew } from './tell-few.js';

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

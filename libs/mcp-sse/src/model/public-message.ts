import { HttpException } from '@nestjs/common';
import { McpClientError } from './errors/mcp-client.error.js';

/** What a client may read of an exception: the message of Nest's HTTP exceptions and of what the
 * client itself did; of others nothing. */
export function publicMessage(error: unknown): string | undefined {
  if (error instanceof McpClientError) return error.message;
  if (!(error instanceof HttpException)) return undefined;
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (message === undefined || message === null) return error.message;
  return [message].flat().map(asText).join('; ');
}

/** A ValidationPipe can be told to describe fields by objects. */
function asText(message: unknown): string {
  return typeof message === 'string' ? message : JSON.stringify(message);
}

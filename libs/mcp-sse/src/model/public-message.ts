import { HttpException } from '@nestjs/common';

/** What a client may read of an exception: the message of Nest's HTTP exceptions; of others nothing. */
export function publicMessage(error: unknown): string | undefined {
  if (!(error instanceof HttpException)) return undefined;
  const response = error.getResponse();
  const message = typeof response === 'string' ? response : (response as { message?: unknown }).message;
  if (Array.isArray(message)) return message.join('; ');
  return typeof message === 'string' ? message : error.message;
}

import { InternalServerErrorException } from '@nestjs/common';

/** A result is larger than its limit. The client reads the message. */
export class ResultTooLargeError extends InternalServerErrorException {
  /** @param bytes that it has, if that is known: a stream is not read to its end */
  constructor(bytes: number | undefined, limit: ResultLimit, advice = '') {
    const size = bytes === undefined ? 'more than' : `${grouped(bytes)} bytes, and the limit is`;
    super(`The result has ${size} ${grouped(limit.bytes)} bytes (${limit.option}).${advice && ` ${advice}`}`);
  }
}

export interface ResultLimit {
  readonly bytes: number;
  /** The option that sets it, for the message. */
  readonly option: string;
}

/** A limit of what is read of a stream or file. */
export interface SourceLimit extends ResultLimit {
  /** How to ask for less. */
  readonly advice?: string;
  /** Whether text that is longer ends at the limit, instead of being an error. */
  readonly ends?: boolean;
}

export function grouped(count: number): string {
  return count.toLocaleString('en');
}

import { BadRequestException } from '@nestjs/common';
import { tellFew } from '../clip.js';
import { brand } from '../copies.js';

/** What is wrong with one argument. */
export interface ArgumentIssue {
  /** Path of the field, such as `lines[0].price`; empty for the arguments as a whole. */
  readonly path: string;
  readonly message: string;
}

/** The arguments of a call do not match its schema. The message names the first 20 invalid fields. */
export class McpInvalidArgumentsException extends BadRequestException {
  static {
    brand(this, 'McpInvalidArgumentsException');
  }

  /** @param more how many issues there are besides `issues` */
  constructor(
    readonly issues: readonly ArgumentIssue[],
    readonly more = 0,
  ) {
    super(`Invalid arguments: ${tellFew(issues, describe, more)}`);
  }
}

function describe({ path, message }: ArgumentIssue): string {
  return message.includes(path) ? message : `${path}: ${message}`;
}

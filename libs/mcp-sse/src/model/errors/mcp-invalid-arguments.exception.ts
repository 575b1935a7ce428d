import { BadRequestException } from '@nestjs/common';

/** What is wrong with one argument. */
export interface ArgumentIssue {
  /** Path of the field, such as `lines[0].price`; empty for the arguments themselves. */
  readonly path: string;
  readonly message: string;
}

/** The arguments of a call do not fit its schema. The message names each field that fails. */
export class McpInvalidArgumentsException extends BadRequestException {
  constructor(readonly issues: readonly ArgumentIssue[]) {
    super(`Invalid arguments: ${issues.map(describe).join('; ')}`);
  }
}

function describe({ path, message }: ArgumentIssue): string {
  return message.includes(path) ? message : `${path}: ${message}`;
}

import type { PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { andThen } from '../model/and-then.js';
import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';

/** Checks the arguments of a call against its schema. */
export class ArgumentsPipe implements PipeTransform {
  constructor(private readonly schema: CompiledSchema) {}

  /** @throws {McpInvalidArgumentsException} */
  transform(value: unknown): unknown {
    return andThen(this.schema.validate(value), (outcome) => {
      if (!outcome.ok) throw new McpInvalidArgumentsException(outcome.issues, outcome.more);
      return outcome.value;
    });
  }
}

/** Makes an instance of arguments that a ValidationPipe of the application has checked already. */
export class InstancePipe implements PipeTransform {
  constructor(private readonly dto: new (...args: never[]) => object) {}

  transform(value: unknown): unknown {
    return value instanceof this.dto
      ? value
      : plainToInstance(this.dto as new () => object, value, { exposeDefaultValues: true });
  }
}

import { type PipeTransform, ValidationPipe } from '@nestjs/common';
import { andThen } from '../model/and-then.js';
import { McpInvalidArgumentsException } from '../model/errors/mcp-invalid-arguments.exception.js';
import { classTransformer } from '../schema/class-packages.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { ParameterKind, type Pipe } from '../decorators/parameter.decorators.js';
import type { MethodParameters } from '../discovery/method-parameters.js';

/** Validates the arguments of a call against its schema. */
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

/** Instantiates the DTO of arguments that the application's ValidationPipe has validated. */
class InstancePipe implements PipeTransform {
  constructor(private readonly dto: new (...args: never[]) => object) {}

  transform(value: unknown): unknown {
    if (value instanceof this.dto) return value;
    const { plainToInstance } = classTransformer.package;
    return plainToInstance(this.dto as new () => object, value, { exposeDefaultValues: true });
  }
}

/**
 * The pipes of the arguments' parameter: one that validates, then the parameter's own. Where the application's
 * ValidationPipe validates, the arguments become an instance of their class after it, whatever its options are.
 */
export function argumentsPipes(
  { piped, argsIndex, argsType }: MethodParameters,
  schema: CompiledSchema | undefined,
  inherited: readonly PipeTransform[],
): readonly Pipe[] {
  const own = piped[`${ParameterKind.Args}:${argsIndex}`]?.pipes ?? [];
  if (!schema) return own;
  // A ValidationPipe looks at the declared type of the parameter and lets untyped values pass.
  const isDeclared = schema.dto !== undefined && schema.dto === argsType;
  const validating = own.findLastIndex(isValidationPipe) + 1;
  if (!isDeclared || (validating === 0 && !inherited.some(isValidationPipe)))
    return [new ArgumentsPipe(schema), ...own];
  return [...own.slice(0, validating), new InstancePipe(schema.dto), ...own.slice(validating)];
}

function isValidationPipe(pipe: Pipe): boolean {
  return typeof pipe === 'function'
    ? pipe === ValidationPipe || pipe.prototype instanceof ValidationPipe
    : pipe instanceof ValidationPipe;
}

/** Refuses unknown properties, which the application's ValidationPipe may drop silently. */
export function shapeCheck(
  schema: CompiledSchema | undefined,
  pipes: readonly Pipe[],
): (value: unknown) => void {
  const { findUnknown } = schema ?? {};
  if (!findUnknown || pipes.some((pipe) => pipe instanceof ArgumentsPipe)) return () => undefined;
  return (value) => {
    const { issues, more, isEmpty } = findUnknown(value);
    if (!isEmpty) throw new McpInvalidArgumentsException(issues, more);
  };
}

import { ValidationPipe, type PipeTransform } from '@nestjs/common';
import type { Pipe } from '../decorators/parameter-decorator.js';
import { ParameterKind } from '../decorators/parameter-kind.js';
import type { MethodParameters } from '../discovery/method-parameters.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { ArgumentsPipe, InstancePipe } from './arguments.pipe.js';

/**
 * The pipes of the arguments' parameter: its own after the one that validates. Where a ValidationPipe of the
 * application does that, arguments become an instance of their class after it, whatever its options are.
 */
export function argumentsPipes(
  { piped, argsIndex, argsType }: MethodParameters,
  schema: CompiledSchema | undefined,
  inherited: readonly PipeTransform[],
): readonly Pipe[] {
  const own = piped[`${ParameterKind.Args}:${argsIndex}`]?.pipes ?? [];
  if (!schema) return own;
  // A ValidationPipe goes by the declared type of the parameter, and passes what has none.
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

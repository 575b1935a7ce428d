import type { ExternalContextCreator } from '@nestjs/core';
import type { MethodParameters } from '../discovery/method-parameters.js';
import { andThen } from '../model/and-then.js';
import type { McpCall } from '../model/call.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { ArgumentsPipe } from './arguments.pipe.js';

type CreatePipesFn = ExternalContextCreator['createPipesFn'];
type ApplyPipes = (values: unknown[], ...args: unknown[]) => unknown;

/**
 * Nest's creator, but handlers get the call after their parameters: as one of these, pipes would see it. Arguments
 * that no parameter receives are checked here.
 */
export function withCall(
  contexts: ExternalContextCreator,
  { count, argsIndex }: MethodParameters,
  schema: CompiledSchema | undefined,
): ExternalContextCreator {
  const unread = schema && argsIndex === undefined ? new ArgumentsPipe(schema) : undefined;
  const createPipesFn: CreatePipesFn = (pipes, parameters) => {
    const applyPipes = validationAlone(pipes, parameters) ?? contexts.createPipesFn(pipes, parameters);
    const apply: ApplyPipes = (values, ...args) => {
      const call = args[3] as McpCall;
      return andThen(applyPipes?.(values, ...args), () =>
        andThen(unread?.transform(call.arguments), () => void (values[count] = call)),
      );
    };
    return apply as ReturnType<CreatePipesFn>;
  };
  return Object.create(contexts, { createPipesFn: { value: createPipesFn } }) as ExternalContextCreator;
}

/**
 * What most handlers have, arguments that are validated and nothing else, without the promises that Nest makes for
 * any number of parameters with any number of pipes.
 */
function validationAlone(
  pipes: Parameters<CreatePipesFn>[0],
  parameters: Parameters<CreatePipesFn>[1],
): ApplyPipes | undefined {
  const [parameter, ...others] = parameters;
  if (!parameter || others.length > 0) return undefined;
  const [pipe, ...next] = [...pipes, ...(parameter.pipes ?? [])];
  if (!(pipe instanceof ArgumentsPipe) || next.length > 0) return undefined;
  const { index, extractValue } = parameter;
  return (values, ...args) =>
    andThen(pipe.transform(extractValue(...args)), (value) => void (values[index] = value));
}

import type { IncomingMessage } from 'node:http';
import type { ExternalContextCreator } from '@nestjs/core';
import type { ParamsFactory } from '@nestjs/core/helpers/external-context-creator.js';
import { NestParameter } from '../nest/handler-metadata.js';
import { ParameterKind } from '../decorators/parameter.decorators.js';
import type { MethodParameters } from '../discovery/method-parameters.js';
import { andThen } from '../model/and-then.js';
import type { McpCall } from '../model/call.js';
import { withPipesFn, type ApplyPipes, type PipedParameters } from '../nest/external-context-creator.js';
import type { CompiledSchema } from '../schema/compiled-schema.js';
import { schemaOfClass } from '../schema/standard-schema.js';
import { ArgumentsPipe } from './arguments.pipe.js';

type PipedParameter = PipedParameters[number];

/** Gives Nest the values of a handler's parameters, before the pipes. */
export class CallParametersFactory implements ParamsFactory {
  /** @param checkShape throws when the arguments must not reach the pipes */
  constructor(private readonly checkShape: (value: unknown) => void) {}

  exchangeKeyForValue(
    kind: number,
    data: unknown,
    [request, , , call]: [IncomingMessage, unknown, unknown, McpCall],
  ) {
    switch (kind) {
      case ParameterKind.Args:
        if (call.kind === 'completion') return call.value;
        this.checkShape(call.arguments);
        return call.arguments;
      case ParameterKind.UriParam:
        return typeof data === 'string' ? call.arguments[data] : call.arguments;
      case NestParameter.Request:
        return request;
      case NestParameter.Headers:
        return typeof data === 'string' ? request.headers[data.toLowerCase()] : request.headers;
      default:
        return undefined;
    }
  }
}

/**
 * A creator whose handlers get the call after their parameters. Pipes do not see it there, as they would see a
 * parameter. Arguments that no parameter receives are validated here.
 *
 * Pipes do not see the type of arguments whose class carries a schema of its own: a pipe that validates by it, such as
 * that of nestjs-zod, would transform them a second time.
 */
export function withCall(
  contexts: ExternalContextCreator,
  { count, argsIndex, argsType }: MethodParameters,
  schema: CompiledSchema | undefined,
): ExternalContextCreator {
  const unread = schema && argsIndex === undefined ? new ArgumentsPipe(schema) : undefined;
  const isUntyped = schemaOfClass(argsType) !== undefined;
  return withPipesFn(contexts, (pipes, declared) => {
    const parameters = isUntyped ? declared.map((one) => withoutType(one, argsIndex)) : declared;
    const applyPipes = validationAlone(pipes, parameters) ?? contexts.createPipesFn([...pipes], parameters);
    return (values, ...args) => {
      const call = args[3] as McpCall;
      return andThen(applyPipes?.(values, ...args), () =>
        andThen(unread?.transform(call.arguments), () => void (values[count] = call)),
      );
    };
  });
}

function withoutType(parameter: PipedParameter, index: number | undefined): PipedParameter {
  return parameter.index === index ? { ...parameter, metatype: undefined } : parameter;
}

/**
 * Validates without a promise where validated arguments are all that a handler takes, as most do. Nest makes several
 * promises for any parameter and any pipe.
 */
function validationAlone(
  pipes: readonly unknown[],
  [parameter, ...others]: PipedParameters,
): ApplyPipes | undefined {
  if (!parameter || others.length > 0) return undefined;
  const [pipe, ...next] = [...pipes, ...(parameter.pipes ?? [])];
  if (!(pipe instanceof ArgumentsPipe) || next.length > 0) return undefined;
  const { index, extractValue } = parameter;
  return (values, ...args) =>
    andThen(pipe.transform(extractValue(...args)), (value) => void (values[index] = value));
}

import 'reflect-metadata';
import type { ExecutionContext, PipeTransform, Type } from '@nestjs/common';
import { CUSTOM_PARAMETER, PARAMETERS_METADATA } from '../nest/handler-metadata.js';
import type { McpPrincipal as Principal } from '../model/principal.js';

/**
 * What a parameter of a handler receives. The first two are Nest's numbers for a body and a route parameter, which tell
 * pipes (ValidationPipe among them) what they transform.
 */
export enum ParameterKind {
  Args = 3,
  UriParam = 5,
  Context = 100,
  Principal = 101,
}

/** A pipe, or the class of one. */
export type Pipe = Type<PipeTransform> | PipeTransform;

/** What Nest keeps of a decorated parameter, by a key of the form `kind:index`. */
export interface ParameterMetadata {
  readonly index: number;
  /** Of a decorator of this library; the key of Nest's own decorators begins with theirs. */
  readonly kind?: ParameterKind;
  readonly data?: unknown;
  readonly pipes: readonly Pipe[];
  /** Returns the value, for a decorator made with Nest's `createParamDecorator`. */
  readonly factory?: unknown;
}

/** Makes a parameter decorator. Its factory is called where something else than this library calls the method. */
function parameterDecorator(
  name: string,
  kind: ParameterKind,
  data?: string,
  pipes: readonly Pipe[] = [],
): ParameterDecorator {
  return (target, propertyKey, index) => {
    const recorded = Reflect.getMetadata(PARAMETERS_METADATA, target.constructor, propertyKey!) as
      Record<string, ParameterMetadata> | undefined;
    const metadata: ParameterMetadata = { index, kind, data, pipes, factory: refusing(name) };
    Reflect.defineMetadata(
      PARAMETERS_METADATA,
      { ...recorded, [`${kind}${CUSTOM_PARAMETER}:${index}`]: metadata },
      target.constructor,
      propertyKey!,
    );
  };
}

/** A factory without which a route, or a call of another module, would silently get another value or none. */
function refusing(name: string): (data: unknown, context: ExecutionContext) => never {
  return (_data, context) => {
    throw new TypeError(
      `${context.getClass().name}.${context.getHandler().name} has a parameter with @${name}(), which calls of ` +
        `nestjs-mcp-sse fill; this is one of type "${context.getType()}" by something else. Give each its own method.`,
    );
  };
}

/** The validated arguments of the call. The pipes run after validation. */
export function McpArgs(...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator('McpArgs', ParameterKind.Args, undefined, pipes);
}

/** The `McpContext` of the call. */
export function McpCtx(): ParameterDecorator {
  return parameterDecorator('McpCtx', ParameterKind.Context);
}

export type McpPrincipal = Principal;

/** The principal that the call acts for: `@McpPrincipal() user: McpPrincipal`. */
export function McpPrincipal(): ParameterDecorator {
  return parameterDecorator('McpPrincipal', ParameterKind.Principal);
}

/** The value of a variable of a resource's URI template: a string, which pipes may transform. */
export function McpUriParam(name: string, ...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator('McpUriParam', ParameterKind.UriParam, name, pipes);
}

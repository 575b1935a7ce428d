import 'reflect-metadata';
import type { PipeTransform, Type } from '@nestjs/common';
import { PARAMETERS_METADATA } from '../nest/handler-metadata.js';
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
  readonly data?: unknown;
  readonly pipes: readonly Pipe[];
  /** Of a decorator made with Nest's `createParamDecorator`. */
  readonly factory?: unknown;
}

/** Makes a parameter decorator. */
export function parameterDecorator(
  kind: ParameterKind,
  data?: string,
  pipes: readonly Pipe[] = [],
): ParameterDecorator {
  return (target, propertyKey, index) => {
    const recorded = Reflect.getMetadata(PARAMETERS_METADATA, target.constructor, propertyKey!) as
      Record<string, ParameterMetadata> | undefined;
    const metadata: ParameterMetadata = { index, data, pipes };
    Reflect.defineMetadata(
      PARAMETERS_METADATA,
      { ...recorded, [`${kind}:${index}`]: metadata },
      target.constructor,
      propertyKey!,
    );
  };
}

/** The validated arguments of the call. The pipes run after validation. */
export function McpArgs(...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator(ParameterKind.Args, undefined, pipes);
}

/** The `McpContext` of the call. */
export function McpCtx(): ParameterDecorator {
  return parameterDecorator(ParameterKind.Context);
}

export type McpPrincipal = Principal;

/** The principal that the call acts for: `@McpPrincipal() user: McpPrincipal`. */
export function McpPrincipal(): ParameterDecorator {
  return parameterDecorator(ParameterKind.Principal);
}

/** The value of a variable of a resource's URI template: a string, which pipes may transform. */
export function McpUriParam(name: string, ...pipes: Pipe[]): ParameterDecorator {
  return parameterDecorator(ParameterKind.UriParam, name, pipes);
}

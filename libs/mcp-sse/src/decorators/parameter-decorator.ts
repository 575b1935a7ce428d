import 'reflect-metadata';
import type { PipeTransform, Type } from '@nestjs/common';
import { PARAMETERS_METADATA } from './metadata-keys.js';
import type { ParameterKind } from './parameter-kind.js';

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

/** Makes the decorator that says what a parameter receives. */
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

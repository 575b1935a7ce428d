import 'reflect-metadata';
import {
  Exclude,
  Expose,
  Transform,
  Type,
  type ExcludeOptions,
  type ExposeOptions,
  type TransformFnParams,
  type TransformOptions,
  type TypeHelpOptions,
  type TypeOptions,
} from 'class-transformer';

export interface TypeMetadata {
  readonly typeFunction: ((type?: TypeHelpOptions) => unknown) | undefined;
  readonly options: TypeOptions | undefined;
}

export interface TransformMetadata {
  readonly transformFn: (params: TransformFnParams) => unknown;
  readonly options: TransformOptions | undefined;
}

/** Keyed by class, then by property; the key `undefined` stands for the class itself. */
type MetadataByClass<T> = ReadonlyMap<unknown, ReadonlyMap<string | undefined, T>>;

/** The metadata that class-transformer's decorators have written. */
export const typesByClass = writtenBy<TypeMetadata>(Type(() => Object));
export const transformsByClass = writtenBy<readonly TransformMetadata[]>(Transform(({ value }) => value));
export const exposuresByClass = writtenBy<{ readonly options?: ExposeOptions }>(Expose());
export const exclusionsByClass = writtenBy<{ readonly options?: ExcludeOptions }>(Exclude());

/**
 * Finds the map that a decorator of class-transformer writes to.
 *
 * class-transformer does not export its metadata. Each of its builds (cjs, esm2015, esm5) keeps its own, and a bundler
 * chooses the build; importing the storage of one build could miss what the application's decorators have written. The
 * decorators imported here are the application's. So this applies one to a probe class and takes the map that is asked
 * for that class.
 */
function writtenBy<T>(decorate: PropertyDecorator): MetadataByClass<T> {
  class Probe {}
  let written: Map<unknown, ReadonlyMap<string | undefined, T>> | undefined;
  const { has } = Map.prototype;
  /* oxlint-disable no-extend-native -- nothing else runs until it is restored */
  Map.prototype.has = new Proxy(has, {
    apply(_, map: typeof written, [key]: [unknown]) {
      if (key === Probe) written = map;
      return Reflect.apply(has, map, [key]);
    },
  });
  try {
    decorate(Probe.prototype, 'property');
  } finally {
    Map.prototype.has = has;
  }
  /* oxlint-enable no-extend-native */
  if (!written)
    throw new Error(
      'This version of class-transformer stores its metadata elsewhere. Install class-transformer 0.5.1.',
    );
  written.delete(Probe);
  return written;
}

import 'reflect-metadata';
import type {
  ExcludeOptions,
  ExposeOptions,
  TransformFnParams,
  TransformOptions,
  TypeHelpOptions,
  TypeOptions,
} from 'class-transformer';
import { classTransformer } from './class-packages.js';

export interface TypeMetadata {
  readonly typeFunction: ((type?: TypeHelpOptions) => unknown) | undefined;
  readonly options: TypeOptions | undefined;
  /** The type of the property that TypeScript emitted. */
  readonly reflectedType: unknown;
}

export interface TransformMetadata {
  readonly transformFn: (params: TransformFnParams) => unknown;
  readonly options: TransformOptions | undefined;
}

/** Keyed by class, then by property; the key `undefined` stands for the class itself. */
type MetadataByClass<T> = ReadonlyMap<unknown, ReadonlyMap<string | undefined, T>>;

/** The metadata that class-transformer's decorators have written. */
interface TransformerStorage {
  readonly types: MetadataByClass<TypeMetadata>;
  readonly transforms: MetadataByClass<readonly TransformMetadata[]>;
  readonly exposures: MetadataByClass<{ readonly options?: ExposeOptions }>;
  readonly exclusions: MetadataByClass<{ readonly options?: ExcludeOptions }>;
}

let found: TransformerStorage | undefined;

export function transformerStorage(): TransformerStorage {
  return (found ??= findStorage());
}

function findStorage(): TransformerStorage {
  const { Exclude, Expose, Transform, Type } = classTransformer.package;
  return {
    types: writtenBy(Type(() => Object)),
    transforms: writtenBy(Transform(({ value }) => value)),
    exposures: writtenBy(Expose()),
    exclusions: writtenBy(Exclude()),
  };
}

/**
 * Finds the map that a decorator of class-transformer writes to.
 *
 * class-transformer does not export its metadata. Each of its builds (cjs, esm2015, esm5) keeps its own, and a bundler
 * chooses the build; importing the storage of one build could miss what the application's decorators have written. The
 * decorators that are imported are the application's. So this applies one to a probe class and takes the map that is asked
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

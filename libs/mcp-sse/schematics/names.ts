import { posix } from 'node:path';

/** What a feature and its files are called. */
export interface Names {
  /** Of the files, `find` in `orders/find`. */
  readonly file: string;
  /** The path of the files, from the root of the application. */
  readonly folder: string;
  /** `orders`, `find`. */
  readonly segments: readonly string[];
  /** `Find`. */
  readonly pascal: string;
  /** `find`. */
  readonly camel: string;
  /** Among the features of an application, `orders_find`. */
  readonly unique: string;
}

export interface NameOptions {
  readonly name: string;
  readonly path?: string;
  readonly sourceRoot: string;
  readonly flat?: boolean;
}

/** Reads a name as Nest's generators do: folders may stand before it, and camel case becomes kebab case. */
export function namesOf({ name, path = '', sourceRoot, flat }: NameOptions): Names {
  const segments = normalized(`${path}/${name}`).split('/').filter(Boolean);
  const file = segments.at(-1) ?? '';
  const bad = segments.find((segment) => !/^[a-z][a-z0-9_-]*$/.test(segment));
  if (bad !== undefined || file === '' || file === 'constructor')
    throw new Error(
      `"${bad ?? file}" cannot be a name: each part must begin with a letter and have only letters, digits, "-" and "_".`,
    );
  const folders = flat ? segments.slice(0, -1) : segments;
  const camel = file.replaceAll(/[-_]+(.?)/g, (_, letter: string) => letter.toUpperCase());
  return {
    file,
    folder: posix.join(sourceRoot, ...folders),
    segments,
    camel,
    pascal: camel.charAt(0).toUpperCase() + camel.slice(1),
    unique: segments.join('_').replaceAll('-', '_'),
  };
}

function normalized(name: string): string {
  return name
    .trim()
    .replaceAll(/([a-z\d])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/\s/g, '-');
}

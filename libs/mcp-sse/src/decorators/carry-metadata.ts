import 'reflect-metadata';

/** Gives a function the metadata of the one that it replaces, except what it has already. */
export function carryMetadata(from: object, to: object): void {
  for (const key of Reflect.getMetadataKeys(from) as unknown[])
    if (!Reflect.hasMetadata(key, to)) Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
}

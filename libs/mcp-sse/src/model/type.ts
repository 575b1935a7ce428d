/** A class. */
export type Type<T = unknown> = abstract new (...args: never[]) => T;

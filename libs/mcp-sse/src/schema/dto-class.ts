/** A class with class-validator decorators. */
export type DtoClass = new (...args: never[]) => object;

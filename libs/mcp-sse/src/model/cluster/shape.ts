/** A JSON object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Checks the shape of a parsed JSON value. Ignores members that it does not name. */
export type Shape = (value: unknown) => boolean;

export const isText = (value: unknown): value is string => typeof value === 'string';
export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';
export const isNumber = (value: unknown): value is number => Number.isFinite(value);
export const isInteger = (value: unknown): value is number => Number.isSafeInteger(value);
export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function oneOf(...values: readonly unknown[]): Shape {
  return (value) => values.includes(value);
}

export function either(...shapes: readonly Shape[]): Shape {
  return (value) => shapes.some((shape) => shape(value));
}

export function optional(shape: Shape): Shape {
  return (value) => value === undefined || value === null || shape(value);
}

export function listOf(shape: Shape): Shape {
  return (value) => Array.isArray(value) && value.every(shape);
}

function mapOf(shape: Shape): Shape {
  return (value) => isFields(value) && Object.values(value).every(shape);
}

export function object(members: Readonly<Record<string, Shape>>): Shape {
  const all = Object.entries(members);
  return (value) => isFields(value) && all.every(([name, shape]) => shape(value[name]));
}

/** The members of a principal. */
export const PRINCIPAL = {
  subject: either(isText, isNumber),
  issuer: optional(isText),
  tenant: optional(isText),
  scopes: listOf(isText),
  roles: listOf(isText),
  expiresAt: optional(isNumber),
  claims: isFields,
};

export const isPrincipal = object(PRINCIPAL);

/** Headers or path parameters. */
export const isTexts = mapOf(either(isText, listOf(isText)));

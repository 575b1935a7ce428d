import type { Keywords } from './keywords.js';

/** Gives the JSON Schema keywords of a validator; `soFar` has those of the property's other validators. */
type ToKeywords = (constraints: readonly unknown[], soFar: Keywords) => Keywords;

const DATE_TIME: Keywords = { type: 'string', format: 'date-time' };
const NOT_NULL: Keywords = { not: { type: 'null' } };

const STRING_VALIDATORS =
  'isAlpha isAlphanumeric isAscii isBIC isBase32 isBase58 isBase64 isBtcAddress isByteLength isCreditCard ' +
  'isCurrency isDataURI isDecimal isEAN isEthereumAddress IsFirebasePushId isFullWidth isHSL isHalfWidth ' +
  'isHash isHexColor isHexadecimal isIBAN isIsbn isIsin isISO31661Alpha2 isISO31661Alpha3 ' +
  'isISO31661Numeric isISO4217CurrencyCode isISO6391 isISRC isISSN isIdentityCard isJson isJwt isLatLong ' +
  'isLocale isLowercase isMacAddress isMagnetURI isMilitaryTime isMimeType isMobilePhone isMultibyte ' +
  'isNumberString isOctal isPassportNumber isPhoneNumber isPort isPostalCode isRgbColor isSemVer ' +
  'isStrongPassword isSurrogatePair isTaxId isTimeZone isUppercase isVariableWidth';

/**
 * The JSON Schema keywords of class-validator's built-in validators, by name. A validator that JSON Schema cannot express
 * gives only its type; one that is not listed, such as a custom one, gives nothing.
 */
export const VALIDATOR_KEYWORDS: ReadonlyMap<string, ToKeywords> = new Map<string, ToKeywords>([
  ...STRING_VALIDATORS.split(' ').map((name): [string, ToKeywords] => [name, () => ({ type: 'string' })]),

  ['isString', () => ({ type: 'string' })],
  ['isBoolean', () => ({ type: 'boolean' })],
  ['isNumber', () => ({ type: 'number' })],
  ['isInt', () => ({ type: 'integer' })],
  ['isObject', () => ({ type: 'object' })],
  ['isNotEmptyObject', () => ({ type: 'object', minProperties: 1 })],
  ['isDate', () => DATE_TIME],
  ['minDate', () => DATE_TIME],
  ['maxDate', () => DATE_TIME],

  ['min', ([bound]) => ({ type: 'number', minimum: bound })],
  ['max', ([bound]) => ({ type: 'number', maximum: bound })],
  ['isPositive', () => ({ type: 'number', exclusiveMinimum: 0 })],
  ['isNegative', () => ({ type: 'number', exclusiveMaximum: 0 })],
  ['isDivisibleBy', ([divisor]) => ({ type: 'number', multipleOf: divisor })],

  ['minLength', ([min]) => ({ type: 'string', minLength: min })],
  ['maxLength', ([max]) => ({ type: 'string', maxLength: max })],
  ['isLength', ([min, max]) => ({ type: 'string', ...(min ? { minLength: min } : {}), ...upper(max) })],
  ['matches', ([pattern, flags]) => ({ type: 'string', ...patternOf(pattern, flags) })],
  ['contains', ([part]) => ({ type: 'string', pattern: escaped(part) })],
  ['notContains', ([part]) => ({ type: 'string', not: { pattern: escaped(part) } })],
  ['isMongoId', () => ({ type: 'string', pattern: '^[0-9a-fA-F]{24}$' })],
  ['isBooleanString', () => ({ type: 'string', enum: ['true', 'false', '1', '0'] })],
  ['isEmail', () => ({ type: 'string', format: 'email' })],
  ['isUrl', () => ({ type: 'string', format: 'uri' })],
  ['isUuid', () => ({ type: 'string', format: 'uuid' })],
  ['isFqdn', () => ({ type: 'string', format: 'hostname' })],
  ['isIp', ([version]) => ({ type: 'string', ...(version ? { format: `ipv${String(version)}` } : {}) })],
  ['isDateString', () => DATE_TIME],
  ['isIso8601', () => DATE_TIME],
  ['isRFC3339', () => DATE_TIME],

  // `constraints[1]` holds the values without the reverse mapping of a numeric enum.
  ['isEnum', ([, values]) => oneOf(values)],
  ['isIn', ([values]) => oneOf(values)],
  ['isNotIn', ([values]) => ({ not: { enum: primitives(values) } })],
  ['equals', ([value]) => oneOf([value])],
  ['notEquals', ([value]) => ({ not: { enum: primitives([value]) } })],
  ['isEmpty', () => ({ enum: ['', null] })],
  ['isDefined', (_, soFar) => (acceptsNull(soFar) ? NOT_NULL : {})],
  ['isNotEmpty', (_, soFar) => (soFar.type === 'string' ? { minLength: 1 } : notEmpty(soFar))],

  ['isArray', () => ({ type: 'array' })],
  ['arrayMinSize', ([min]) => ({ type: 'array', minItems: min })],
  ['arrayMaxSize', ([max]) => ({ type: 'array', maxItems: max })],
  ['arrayNotEmpty', () => ({ type: 'array', minItems: 1 })],
  ['arrayUnique', () => ({ type: 'array', uniqueItems: true })],
  [
    'arrayContains',
    ([values]) => ({ type: 'array', allOf: list(values).map((v) => ({ contains: { const: v } })) }),
  ],
  ['arrayNotContains', ([values]) => ({ type: 'array', items: { not: { enum: primitives(values) } } })],
]);

function list(values: unknown): readonly unknown[] {
  return Array.isArray(values) ? values : [];
}

function primitives(values: unknown): unknown[] {
  const kept = list(values).filter((value) => value === null || /string|number|boolean/.test(typeof value));
  return [...new Set(kept)];
}

function oneOf(values: unknown): Keywords {
  const members = primitives(values);
  const types = new Set(members.map((member) => typeof member));
  const [type] = types;
  return types.size === 1 && type !== 'object' ? { type, enum: members } : { enum: members };
}

function upper(max: unknown): Keywords {
  return typeof max === 'number' ? { maxLength: max } : {};
}

function escaped(part: unknown): string {
  return String(part).replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Empty if JSON Schema cannot express the pattern: it has no flags, and clients compile patterns with `u`. */
function patternOf(pattern: unknown, flags: unknown): Keywords {
  const expression =
    pattern instanceof RegExp ? pattern : safely(() => new RegExp(String(pattern), flags as string));
  if (!expression || /[imsy]/.test(expression.flags)) return {};
  return safely(() => new RegExp(expression.source, 'u')) ? { pattern: expression.source } : {};
}

function safely(create: () => RegExp): RegExp | undefined {
  try {
    return create();
  } catch {
    return undefined;
  }
}

function acceptsNull(schema: Keywords): boolean {
  return !['type', 'enum', '$ref'].some((keyword) => keyword in schema);
}

function notEmpty(schema: Keywords): Keywords {
  return acceptsNull(schema) ? { not: { enum: ['', null] } } : {};
}

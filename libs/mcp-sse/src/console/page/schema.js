/** @typedef {Record<string, any>} Schema */
/** @typedef {'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object' | 'choice' | 'json'} Kind */

/**
 * Resolves references within the schema's document, and reduces "or null" to `nullable`.
 *
 * @param {Schema | boolean | undefined} schema
 * @param {Schema} root
 * @returns {Schema & { nullable?: boolean }}
 */
export function resolved(schema, root) {
  let current = typeof schema === 'object' && schema !== null ? schema : {};
  for (let steps = 0; typeof current.$ref === 'string' && steps < 16; steps++) {
    const { $ref, ...own } = current;
    current = { ...pointed(root, $ref), ...own };
  }
  if (Array.isArray(current.allOf) && current.allOf.length === 1) {
    const { allOf, ...own } = current;
    current = { ...resolved(allOf[0], root), ...own };
  }
  const { anyOf = current.oneOf, oneOf: _, ...own } = current;
  if (Array.isArray(anyOf)) {
    const others = anyOf.filter((option) => option?.type !== 'null');
    if (others.length === 1 && others.length < anyOf.length)
      return { ...resolved(others[0], root), ...own, anyOf: undefined, nullable: true };
  }
  if (Array.isArray(current.type)) {
    const types = current.type.filter((/** @type {string} */ type) => type !== 'null');
    if (types.length === 1)
      return { ...current, type: types[0], nullable: types.length < current.type.length };
  }
  return current;
}

/**
 * @param {Schema} root
 * @param {string} reference
 * @returns {Schema}
 */
function pointed(root, reference) {
  if (!reference.startsWith('#')) return {};
  /** @type {any} */
  let target = root;
  for (const part of reference.split('/').slice(1)) {
    const name = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    target = Object.hasOwn(Object(target), name) ? target[name] : undefined;
  }
  return typeof target === 'object' && target !== null ? target : {};
}

/**
 * The allowed values of a schema, with their titles.
 *
 * @param {Schema} schema
 * @returns {{ value: unknown, title: string }[] | undefined}
 */
export function choicesOf({ enum: values, anyOf, oneOf = anyOf, ...schema }) {
  if (Array.isArray(values)) return values.map((value) => ({ value, title: titleOf(value) }));
  if ('const' in schema) return [{ value: schema.const, title: titleOf(schema.const) }];
  if (Array.isArray(oneOf) && oneOf.length > 0 && oneOf.every((option) => option && 'const' in option))
    return oneOf.map(({ const: value, title }) => ({ value, title: title ?? titleOf(value) }));
  return undefined;
}

/**
 * The kind of field for a resolved schema; `json` if no other kind fits.
 *
 * @param {Schema} schema
 * @returns {Kind}
 */
export function kindOf(schema) {
  if (choicesOf(schema)) return 'choice';
  if (schema.anyOf || schema.oneOf || schema.allOf) return 'json';
  const { type, properties } = schema;
  if (type === 'array') return Array.isArray(schema.prefixItems) || !schema.items ? 'json' : 'array';
  if (type === 'object' || (type === undefined && properties))
    return properties && Object.keys(properties).length > 0 ? 'object' : 'json';
  if (type === 'string' || type === 'number' || type === 'integer' || type === 'boolean') return type;
  return 'json';
}

/** @param {unknown} value */
function titleOf(value) {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * The constraints on a value, in a few words.
 *
 * @param {Schema} schema
 */
export function constraintsOf(schema) {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems, maxItems } =
    schema;
  return [
    schema.type === 'integer' && 'whole number',
    minimum !== undefined && `at least ${minimum}`,
    maximum !== undefined && `at most ${maximum}`,
    exclusiveMinimum !== undefined && `more than ${exclusiveMinimum}`,
    exclusiveMaximum !== undefined && `less than ${exclusiveMaximum}`,
    minLength === 1 && 'not empty',
    minLength > 1 && `at least ${minLength} characters`,
    maxLength !== undefined && `at most ${maxLength} characters`,
    minItems > 0 && `at least ${minItems} items`,
    maxItems !== undefined && `at most ${maxItems} items`,
    schema.format !== undefined && `format: ${schema.format}`,
    schema.pattern !== undefined && `pattern: ${schema.pattern}`,
  ]
    .filter((text) => text !== false)
    .join(', ');
}

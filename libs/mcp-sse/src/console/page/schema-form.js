import { el } from './dom.js';
import { booleanField, choiceField, jsonField, numberField, requiredMark, textField } from './fields.js';
import { constraintsOf, kindOf, resolved } from './schema.js';

/** @typedef {import('./fields.js').Field} Field */
/** @typedef {import('./fields.js').FieldOptions} FieldOptions */
/** @typedef {import('./schema.js').Schema} Schema */

/** Schemas may be recursive; levels below this one are edited as JSON. */
const MAX_DEPTH = 4;

/**
 * The fields for an object of arguments.
 *
 * @param {Schema} root
 * @param {Record<string, unknown>} [values] initial values
 * @returns {Field}
 */
export function schemaForm(root, values) {
  const schema = resolved(root, root);
  const fields = propertyFields(schema, values ?? {}, root, 0);
  return {
    element: el(
      'div',
      { className: 'fields' },
      fields.map(([, field]) => field.element),
    ),
    value: () => objectOf(fields),
  };
}

/**
 * @param {FieldOptions & { root: Schema, depth: number }} options
 * @returns {Field}
 */
function field({ root, depth, ...options }) {
  const schema = resolved(options.schema, root);
  const value = options.value === undefined ? schema.default : options.value;
  const own = { ...options, schema, value };
  switch (depth > MAX_DEPTH ? 'json' : kindOf(schema)) {
    case 'choice':
      return choiceField(own);
    case 'boolean':
      return booleanField(own);
    case 'number':
    case 'integer':
      return numberField(own);
    case 'string':
      return textField(own);
    case 'object':
      return objectField(own, root, depth);
    case 'array':
      return arrayField(own, root, depth);
    default:
      return jsonField(own);
  }
}

/**
 * @param {FieldOptions} options
 * @param {Schema} root
 * @param {number} depth
 * @returns {Field}
 */
function objectField({ schema, name, required, value }, root, depth) {
  const fields = propertyFields(schema, Object(value), root, depth + 1, required);
  const element = group(
    { schema, name, required },
    fields.map(([, inner]) => inner.element),
  );
  return {
    element,
    value: () => {
      const object = objectOf(fields);
      return !required && Object.keys(object).length === 0 ? undefined : object;
    },
  };
}

/**
 * @param {FieldOptions} options
 * @param {Schema} root
 * @param {number} depth
 * @returns {Field}
 */
function arrayField({ schema, name, required, value }, root, depth) {
  /** @type {Field[]} */
  const items = [];
  const list = el('ol', { className: 'items' });
  const add = (/** @type {unknown} */ item, isNew = false) => {
    const number = items.length + 1;
    const inner = field({
      schema: schema.items,
      name: `${name} ${number}`,
      required: true,
      isItem: true,
      value: item,
      root,
      depth: depth + 1,
    });
    const remove = el(
      'button',
      { type: 'button', className: 'quiet', 'aria-label': `Remove ${name} ${number}` },
      '×',
    );
    const row = el('li', {}, inner.element, remove);
    remove.addEventListener('click', () => {
      items.splice(items.indexOf(inner), 1);
      row.remove();
      addButton.focus();
    });
    items.push(inner);
    list.append(row);
    if (isNew)
      /** @type {HTMLElement | null} */ (row.querySelector('input, select, textarea, button'))?.focus();
  };
  const addButton = el('button', { type: 'button', onclick: () => add(undefined, true) }, `Add ${name}`);
  for (const item of Array.isArray(value) ? value : []) add(item);
  const element = group({ schema, name, required }, [list, addButton]);
  return {
    element,
    value: () => (items.length === 0 && !required ? undefined : items.map((inner) => inner.value())),
  };
}

/**
 * @param {Schema} schema
 * @param {Record<string, unknown>} values
 * @param {Schema} root
 * @param {number} depth
 * @param {boolean} [isNeeded] whether the object is required; if not, none of its properties is
 * @returns {[string, Field][]}
 */
function propertyFields({ properties = {}, required = [] }, values, root, depth, isNeeded = true) {
  return Object.entries(properties).map(([name, schema]) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    return [name, field({ schema, name, required: isNeeded && required.includes(name), value, root, depth })];
  });
}

/**
 * @param {[string, Field][]} fields
 * @returns {Record<string, unknown>}
 */
function objectOf(fields) {
  const values = fields.map(([name, inner]) => [name, inner.value()]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

/**
 * @param {{ schema: Schema, name: string, required: boolean }} options
 * @param {Node[]} children
 */
function group({ schema, name, required }, children) {
  const hint = [schema.description, constraintsOf(schema)].filter(Boolean).join(' · ');
  return el(
    'fieldset',
    {},
    el('legend', {}, schema.title ?? name, required && requiredMark()),
    hint && el('p', { className: 'hint' }, hint),
    children,
  );
}

import { el, hiddenText } from './dom.js';
import { choicesOf, constraintsOf } from './schema.js';

/** @typedef {import('./schema.js').Schema} Schema */
/** @typedef {{ schema: Schema, name: string, required: boolean, isItem?: boolean, value: unknown }} FieldOptions */
/**
 * A field of a form. Its value is undefined if it is empty.
 *
 * @typedef {{ element: HTMLElement, value: () => unknown }} Field
 */

let lastId = 0;

/**
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function textField(options) {
  const { schema, required, value } = options;
  const input = el('input', {
    type: 'text',
    required: required && !(schema.minLength === 0),
    value: value ?? '',
    minLength: schema.minLength,
    maxLength: schema.maxLength,
    autocomplete: 'off',
    spellcheck: false,
  });
  return labelled(input, options, () => (input.value === '' && !required ? undefined : input.value));
}

/**
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function numberField(options) {
  const { schema, required, value } = options;
  const input = el('input', {
    type: 'number',
    required,
    value: value ?? '',
    min: schema.minimum ?? '',
    max: schema.maximum ?? '',
    step: schema.type === 'integer' ? 1 : 'any',
    inputMode: schema.type === 'integer' ? 'numeric' : 'decimal',
  });
  return labelled(input, options, () => (input.value === '' ? undefined : input.valueAsNumber));
}

/**
 * A checkbox, or a choice of three if an omitted value differs from false.
 *
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function booleanField(options) {
  const { required, value } = options;
  if (!required && value === undefined)
    return choiceField({ ...options, schema: { ...options.schema, enum: [true, false] } });
  const input = el('input', { type: 'checkbox', checked: value === true });
  return labelled(input, options, () => input.checked);
}

/**
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function choiceField(options) {
  const { schema, required, value } = options;
  const choices = choicesOf(schema) ?? [];
  const isChosen = (/** @type {unknown} */ other) => JSON.stringify(other) === JSON.stringify(value);
  const isOpen = !required || !choices.some((choice) => isChosen(choice.value));
  const select = el(
    'select',
    { required },
    isOpen && el('option', { value: '' }, required ? 'Choose…' : '—'),
    choices.map((choice, index) =>
      el('option', { value: index, selected: isChosen(choice.value) }, choice.title),
    ),
  );
  return labelled(select, options, () =>
    select.value === '' ? undefined : choices[Number(select.value)]?.value,
  );
}

/**
 * A JSON field, for schemas that no other field fits.
 *
 * @param {FieldOptions} options
 * @returns {Field}
 */
export function jsonField(options) {
  const { required, value } = options;
  const area = el('textarea', {
    required,
    rows: 3,
    spellcheck: false,
    className: 'code',
    value: value === undefined ? '' : JSON.stringify(value, null, 2),
    placeholder: 'JSON',
  });
  area.addEventListener('input', () => area.setCustomValidity(jsonFault(area.value)));
  return labelled(area, options, () => (area.value.trim() === '' ? undefined : JSON.parse(area.value)));
}

/**
 * The syntax error of a text; empty if it is valid JSON.
 *
 * @param {string} text
 */
export function jsonFault(text) {
  if (text.trim() === '') return '';
  try {
    JSON.parse(text);
    return '';
  } catch (error) {
    return `Invalid JSON: ${/** @type {Error} */ (error).message}`;
  }
}

/**
 * @param {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} input
 * @param {FieldOptions} options
 * @param {() => unknown} value
 * @returns {Field}
 */
function labelled(input, { schema, name, required, isItem }, value) {
  const id = `field-${++lastId}`;
  const hint = [schema.description, constraintsOf(schema)].filter(Boolean).join(' · ');
  input.id = id;
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  const label = el('label', { htmlFor: id }, schema.title ?? name, required && !isItem && requiredMark());
  const note = hint && el('p', { id: `${id}-hint`, className: 'hint' }, hint);
  const isBox = input instanceof HTMLInputElement && input.type === 'checkbox';
  const element = isBox
    ? el('div', { className: 'field' }, el('div', { className: 'check' }, input, label), note)
    : el('div', { className: 'field' }, label, input, note);
  return { element, value };
}

/** The mark beside the name of a required field. */
export function requiredMark() {
  return el(
    'span',
    { className: 'required' },
    el('span', { 'aria-hidden': true }, ' *'),
    hiddenText(' (required)'),
  );
}

/** @typedef {Node | string | number | false | null | undefined} Child */

/**
 * Creates an element. Text becomes a text node, never HTML.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, unknown>} [props] properties of the element; functions such as `onclick` become listeners; names
 *   with a hyphen and `role` become attributes; undefined values are skipped
 * @param {...(Child | Child[])} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), /** @type {EventListener} */ (value));
    else if (name.includes('-') || name === 'role') element.setAttribute(name, String(value));
    else Reflect.set(element, name, value);
  }
  element.append(...nodes(children));
  return element;
}

/**
 * @param {(Child | Child[])[]} children
 * @returns {(Node | string)[]}
 */
function nodes(children) {
  return children
    .flat()
    .filter((child) => child !== undefined && child !== null && child !== false && child !== '')
    .map((child) => (child instanceof Node ? child : String(child)));
}

/**
 * The element of the page with this id.
 *
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id
 * @returns {T}
 */
export function byId(id) {
  return /** @type {T} */ (document.getElementById(id));
}

/**
 * Text for screen readers only.
 *
 * @param {string} text
 */
export function hiddenText(text) {
  return el('span', { className: 'hidden' }, text);
}

/**
 * A short label.
 *
 * @param {string} text
 * @param {string} [kind]
 */
export function tag(text, kind = '') {
  return el('span', { className: `tag ${kind}` }, text);
}

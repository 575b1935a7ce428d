import { el } from './dom.js';

/** Entries that are kept. */
const MAX_EVENTS = 50;

/** What an app has done, for the developer to see. */
export function appEvents() {
  const list = el('ul', { className: 'log', 'aria-label': 'What the app does' });
  return {
    element: list,
    /**
     * @param {string} kind
     * @param {string} text
     * @param {string} [link] an address that the app asks to open
     */
    add(kind, text, link) {
      const anchor =
        link !== undefined && el('a', { href: link, target: '_blank', rel: 'noreferrer' }, ` ${link}`);
      list.append(el('li', {}, el('span', { className: 'tag' }, kind), ` ${text}`, anchor));
      if (list.childElementCount > MAX_EVENTS) list.firstElementChild?.remove();
    },
  };
}

import { el } from './dom.js';

/** Longer texts are shown without colours, which would be slow. */
const MAX_COLOURED = 200_000;
const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * A value as JSON with syntax colours.
 *
 * @param {unknown} value
 * @param {string} label for screen readers
 */
export function jsonView(value, label) {
  const text = JSON.stringify(value, null, 2) ?? 'undefined';
  const pre = el('pre', { className: 'json', tabIndex: 0, role: 'region', 'aria-label': label });
  if (text.length > MAX_COLOURED) {
    pre.append(text);
    return pre;
  }
  let end = 0;
  for (const match of text.matchAll(TOKENS)) {
    const [all, string, colon] = match;
    pre.append(text.slice(end, match.index));
    end = match.index + all.length;
    if (string === undefined)
      pre.append(el('span', { className: /\d/.test(all) ? 'number' : 'literal' }, all));
    else pre.append(el('span', { className: colon ? 'key' : 'string' }, string), colon ?? '');
  }
  pre.append(text.slice(end));
  return pre;
}

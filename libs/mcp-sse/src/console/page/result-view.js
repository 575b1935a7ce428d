import { el } from './dom.js';
import { jsonView } from './json-view.js';

const IMAGE = /^image\/(png|jpeg|gif|webp|avif)$/;

/**
 * The result of a tool, a resource or a prompt.
 *
 * @param {any} result
 * @returns {Node[]}
 */
export function resultView(result) {
  const { content = [], structuredContent, contents = [], messages = [] } = result ?? {};
  return [
    ...asList(content)
      .filter((item) => !repeats(item, structuredContent))
      .map(block),
    ...asList(contents).map((resource) => block({ type: 'resource', resource })),
    ...asList(messages).map(message),
    ...(structuredContent === undefined ? [] : [jsonView(structuredContent, 'Structured result')]),
    el('details', {}, el('summary', {}, 'Raw result'), jsonView(result, 'Raw result')),
  ];
}

/**
 * Whether a text repeats the structured result, for clients that do not support structured results.
 *
 * @param {any} item of content
 * @param {unknown} structured
 */
function repeats(item, structured) {
  if (structured === undefined || item?.type !== 'text') return false;
  try {
    return JSON.stringify(JSON.parse(item.text)) === JSON.stringify(structured);
  } catch {
    return false;
  }
}

/**
 * @param {any} message of a prompt
 * @returns {Node}
 */
function message({ role, content }) {
  return el(
    'div',
    { className: 'message-of-prompt' },
    el('h4', {}, String(role)),
    ...asList(content).map(block),
  );
}

/**
 * @param {any} item of content
 * @returns {Node}
 */
function block(item) {
  const { type, text, data, mimeType, resource, uri, name } = item ?? {};
  if (type === 'text') return textBlock(text);
  if (type === 'image' && IMAGE.test(mimeType)) return image(mimeType, data);
  if (type === 'resource_link') return el('p', { className: 'code' }, `${name ?? ''} ${uri}`);
  if (type === 'resource' && typeof resource?.text === 'string')
    return el('figure', {}, el('figcaption', {}, caption(resource)), textBlock(resource.text));
  if (type === 'resource' && IMAGE.test(resource?.mimeType))
    return el('figure', {}, el('figcaption', {}, caption(resource)), image(resource.mimeType, resource.blob));
  return jsonView(item, 'Content');
}

/**
 * @param {{ uri?: string, mimeType?: string }} resource
 */
function caption({ uri, mimeType }) {
  return [uri, mimeType].filter(Boolean).join(' · ');
}

/**
 * @param {string} mimeType
 * @param {string} data base64
 */
function image(mimeType, data) {
  return el('img', { src: `data:${mimeType};base64,${data}`, alt: `Image from the result (${mimeType})` });
}

/** @param {unknown} text */
function textBlock(text) {
  const string = String(text);
  if (/^\s*[{[]/.test(string)) {
    try {
      return jsonView(JSON.parse(string), 'Text of the result');
    } catch {
      // It only looks like JSON.
    }
  }
  return el(
    'pre',
    { className: 'text', tabIndex: 0, role: 'region', 'aria-label': 'Text of the result' },
    string,
  );
}

/**
 * @param {unknown} value
 * @returns {any[]}
 */
function asList(value) {
  return Array.isArray(value) ? value : [value];
}

import { appOf, appView } from './app-view.js';
import { callPanel } from './call-panel.js';
import { el, tag } from './dom.js';
import { jsonView } from './json-view.js';

/**
 * An item of a list, with the texts and views to show.
 *
 * @typedef {object} Entry
 * @property {string} key unique within its list
 * @property {string} title
 * @property {string} [note]
 * @property {string} [description]
 * @property {Node[]} tags
 * @property {() => Panel} panel
 * @property {Record<string, unknown>} schemas by their names
 */
/** @typedef {ReturnType<typeof callPanel>} Panel */
/** @typedef {() => import('./mcp-client.js').McpClient} ClientOf */

/**
 * @param {any} tool
 * @param {ClientOf} client
 * @param {any[]} tools all that the viewer may call
 * @returns {Entry}
 */
export function toolEntry(tool, client, tools) {
  const { name, title, description, inputSchema, outputSchema, annotations = {} } = tool;
  const shown = title ?? annotations.title;
  const uri = appOf(tool);
  return {
    key: name,
    title: shown ?? name,
    note: shown === undefined || shown === name ? undefined : name,
    description,
    tags: [
      annotations.readOnlyHint && tag('read-only', 'good'),
      annotations.readOnlyHint !== true && annotations.destructiveHint === true && tag('destructive', 'bad'),
      annotations.idempotentHint && tag('idempotent'),
      uri !== undefined && tag('app'),
      tool['_meta']?.ui?.visibility?.includes('model') === false && tag('for apps only'),
    ].filter((node) => node instanceof Node),
    panel: () =>
      callPanel({
        verb: 'Call',
        schema: inputSchema,
        call: (values) => ({ method: 'tools/call', params: { name, arguments: values } }),
        client,
        app:
          uri === undefined
            ? undefined
            : (values) => appView({ uri, tool, tools, args: values, client: client() }),
      }),
    schemas: { 'Input schema': inputSchema, 'Output schema': outputSchema },
  };
}

/**
 * @param {any} resource
 * @param {ClientOf} client
 * @returns {Entry}
 */
export function resourceEntry({ uri, uriTemplate, name, title, description, mimeType, size }, client) {
  const address = uri ?? uriTemplate;
  const { schema, uriOf } = uri === undefined ? templateForm(uriTemplate) : { schema: {}, uriOf: () => uri };
  return {
    key: address,
    title: title ?? name ?? address,
    note: address,
    description,
    tags: [mimeType && tag(mimeType), size !== undefined && tag(`${size} B`)].filter(
      (node) => node instanceof Node,
    ),
    panel: () =>
      callPanel({
        verb: 'Read',
        schema,
        call: (values) => ({ method: 'resources/read', params: { uri: uriOf(values) } }),
        client,
      }),
    schemas: {},
  };
}

/**
 * @param {any} prompt
 * @param {ClientOf} client
 * @returns {Entry}
 */
export function promptEntry({ name, title, description, arguments: args = [] }, client) {
  const schema = {
    type: 'object',
    properties: Object.fromEntries(
      args.map((/** @type {any} */ argument) => [
        argument.name,
        { type: 'string', title: argument.title, description: argument.description },
      ]),
    ),
    required: args
      .filter((/** @type {any} */ argument) => argument.required)
      .map((/** @type {any} */ argument) => argument.name),
    additionalProperties: false,
  };
  return {
    key: name,
    title: title ?? name,
    note: title === undefined || title === name ? undefined : name,
    description,
    tags: [],
    panel: () =>
      callPanel({
        verb: 'Get',
        schema,
        call: (values) => ({ method: 'prompts/get', params: { name, arguments: values } }),
        client,
      }),
    schemas: {},
  };
}

/**
 * @param {Entry} entry
 * @param {Panel} panel
 */
export function entryView({ title, note, description, tags, schemas }, panel) {
  return el(
    'article',
    {},
    el('h2', { tabIndex: -1 }, title),
    note && el('p', { className: 'code note' }, note),
    tags.length > 0 && el('p', { className: 'tags' }, tags),
    description && el('p', { className: 'description' }, description),
    panel.element,
    Object.entries(schemas)
      .filter(([, schema]) => schema !== undefined)
      .map(([name, schema]) => el('details', {}, el('summary', {}, name), jsonView(schema, name))),
  );
}

/**
 * The fields for the variables of a URI template. A template with RFC 6570 operators is one text field.
 *
 * @param {string} template
 */
function templateForm(template) {
  const variables = [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => /** @type {string} */ (name));
  if (!variables.every((name) => /^\+?\w+$/.test(name)))
    return {
      schema: {
        type: 'object',
        properties: { uri: { type: 'string', title: 'URI', default: template } },
        required: ['uri'],
        additionalProperties: false,
      },
      uriOf: (/** @type {any} */ { uri }) => uri,
    };
  const names = variables.map((name) => name.replace('+', ''));
  const schema = {
    type: 'object',
    properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
    required: names,
    additionalProperties: false,
  };
  return {
    schema,
    uriOf: (/** @type {Record<string, string>} */ values) =>
      template.replace(/\{(\+?)(\w+)\}/g, (_, plus, name) => {
        const value = values[name] ?? '';
        return plus ? encodeURI(value) : encodeURIComponent(value);
      }),
  };
}

import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { McpAppCsp, McpAppUi, McpToolUi } from '../model/apps.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { nearest } from '../model/nearest.js';

/** A source expression of a Content Security Policy: nothing in it can end the directive that it is put in. */
const ORIGIN =
  /^(https?|wss?):\/\/(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i;
const DIRECTIVES = ['connectDomains', 'resourceDomains', 'frameDomains', 'baseUriDomains'];
const PERMISSIONS = ['camera', 'microphone', 'geolocation', 'clipboardWrite'];
const AUDIENCES: readonly unknown[] = ['model', 'app'];

/**
 * What an app asks of clients, checked: clients build policies of it.
 *
 * @throws {McpConfigurationError}
 */
export function appUi(options: McpAppOptions, where: string): McpAppUi {
  const { uri, csp, permissions, domain, prefersBorder } = options;
  assertAppUri(uri, 'uri', where);
  if (uri.includes('{'))
    throw new McpConfigurationError(
      `${where}: the URI of an app has no variables, and "${uri}" has. Tools name it as it is; what differs between ` +
        'calls is in their results, which the app gets.',
    );
  assertOwnUi(options, where);
  assertMembers(permissions, 'permissions', PERMISSIONS, where);
  for (const [name, setting] of Object.entries(permissions ?? {}))
    if (!isPlainObject(setting))
      throw new McpConfigurationError(
        `${where}: "permissions.${name}" is ${JSON.stringify(setting)}. Write { ${name}: {} } to ask for it, and leave ` +
          'it out otherwise.',
      );
  if (domain !== undefined && (typeof domain !== 'string' || !/^[^\s'";,]+$/.test(domain)))
    throw new McpConfigurationError(
      `${where}: "domain" is ${JSON.stringify(domain)}, but it must be a domain as the client's documentation forms it.`,
    );
  if (prefersBorder !== undefined && typeof prefersBorder !== 'boolean')
    throw new McpConfigurationError(`${where}: "prefersBorder" must be true or false.`);
  return { csp: appCsp(csp, where), permissions, domain, prefersBorder };
}

/**
 * @param csp as declared, of any shape
 * @throws {McpConfigurationError} for anything but lists of origins
 */
export function appCsp(csp: unknown, where: string): McpAppCsp | undefined {
  assertMembers(csp, 'csp', DIRECTIVES, where);
  for (const [directive, origins] of Object.entries(csp ?? {})) assertOrigins(origins, directive, where);
  return csp as McpAppCsp | undefined;
}

/**
 * @returns undefined for a tool that takes no part in apps
 * @throws {McpConfigurationError}
 */
export function toolUi(options: McpToolOptions, where: string): McpToolUi | undefined {
  const { ui: resourceUri, visibility } = options;
  if (resourceUri === undefined && visibility === undefined) return undefined;
  assertOwnUi(options, where);
  if (resourceUri !== undefined) assertAppUri(resourceUri, 'ui', where);
  if (visibility !== undefined && !isVisibility(visibility))
    throw new McpConfigurationError(
      `${where}: "visibility" is ${JSON.stringify(visibility)}, but it must be ['model', 'app'], ['model'] or ['app'].`,
    );
  return { resourceUri, visibility };
}

function isVisibility(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((audience) => AUDIENCES.includes(audience));
}

function assertAppUri(uri: unknown, option: string, where: string): void {
  if (typeof uri !== 'string' || !/^ui:\/\/[^\s]/.test(uri))
    throw new McpConfigurationError(
      `${where}: "${option}" is ${JSON.stringify(uri)}, but the URI of an app starts with "ui://", as in ` +
        '"ui://orders/chart".',
    );
}

/** The options become `_meta.ui`, so that cannot be given as well. */
function assertOwnUi({ meta }: { readonly meta?: Readonly<Record<string, unknown>> }, where: string): void {
  if (meta && 'ui' in meta)
    throw new McpConfigurationError(
      `${where}: "meta.ui" is made of the other options. Move its members there, and take it away.`,
    );
}

function assertMembers(value: unknown, option: string, known: readonly string[], where: string): void {
  if (value === undefined) return;
  if (!isPlainObject(value))
    throw new McpConfigurationError(`${where}: "${option}" must be an object with ${known.join(', ')}.`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const [meant] = nearest(unknown, known);
  throw new McpConfigurationError(
    `${where}: "${option}" has no member "${unknown}". ` +
      (meant ? `Did you mean "${meant}"?` : `It has ${known.join(', ')}.`),
  );
}

function assertOrigins(origins: unknown, directive: string, where: string): void {
  if (!Array.isArray(origins))
    throw new McpConfigurationError(`${where}: "csp.${directive}" must be an array of origins.`);
  const wrong: unknown = origins.find((origin) => typeof origin !== 'string' || !ORIGIN.test(origin));
  if (wrong !== undefined)
    throw new McpConfigurationError(
      `${where}: "csp.${directive}" has ${JSON.stringify(wrong)}, but it takes origins only, such as ` +
        '"https://api.example.com", "https://*.example.com" or "http://localhost:5173": no path, no keyword such as ' +
        "'unsafe-eval', no quotes.",
    );
}

function isPlainObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { McpAppOptions } from '../decorators/mcp-app.decorator.js';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import { appCsp } from '../model/app-csp.js';
import type { McpAppUi, McpToolUi } from '../model/app-ui.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { assertMembers, isPlainObject } from '../model/known-members.js';

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

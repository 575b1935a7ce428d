import { isApp } from '../model/apps.js';
import type { McpAccess, McpResourceDefinition, McpToolDefinition } from '../model/definitions.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { nearest } from '../model/nearest.js';
import type { McpRegistry } from './mcp.registry.js';

/**
 * Checks that tools and apps fit together, once all are known.
 *
 * @param server its name
 * @returns warnings about tools whose callers may not read the app
 * @throws {McpConfigurationError} when the app of a tool is missing
 */
export function checkApps({ toolMap, resourceMap }: McpRegistry, server: string): string[] {
  const apps = [...resourceMap.values()].map(({ definition }) => definition).filter(isApp);
  return [...toolMap.values()].flatMap(({ definition, source }) => {
    const { ui, name } = definition;
    if (!ui) return [];
    if (ui.resourceUri === undefined) {
      if (apps.length === 0 && !ui.visibility?.includes('model'))
        throw new McpConfigurationError(
          `The tool "${name}" (${source}) is for apps only, and the server "${server}" has no app. Add one with ` +
            "@McpApp(), or let the model call the tool: visibility: ['model', 'app'].",
        );
      return [];
    }
    const app = resourceMap.get(ui.resourceUri)?.definition;
    if (!app) throw missingApp(definition, ui.resourceUri, source, server, apps);
    if (!isApp(app))
      throw new McpConfigurationError(
        `The tool "${name}" (${source}) has the "ui" ${ui.resourceUri}, which is a resource of the type ` +
          `${app.mimeType ?? 'text/plain'} and not an app. Declare it with @McpApp() instead of @McpResource().`,
      );
    return isReadByAllCallers(definition.access, app.access)
      ? []
      : [
          `Some who may call the tool "${name}" may not read its app ${app.uri}, so they see an empty frame. Give both ` +
            'the same @McpScopes(), @McpRoles() or @McpPublic().',
        ];
  });
}

function missingApp(
  { name }: McpToolDefinition,
  uri: string,
  source: string,
  server: string,
  apps: readonly McpResourceDefinition[],
): McpConfigurationError {
  const uris = apps.map((app) => app.uri);
  const [meant] = nearest(uri, uris);
  const hint = meant
    ? `Did you mean ${meant}?`
    : `Declare it with @McpApp({ uri: '${uri}' }) in a provider that this server offers: its "server" option and ` +
      'the "modules" of the server decide that.';
  return new McpConfigurationError(
    `The tool "${name}" (${source}) has the "ui" ${uri}, but the server "${server}" has no such app. ${hint}`,
  );
}

function isReadByAllCallers(tool: McpAccess, app: McpAccess): boolean {
  if (app.public) return true;
  if (tool.public) return false;
  const rolesFit =
    app.roles.length === 0 || (tool.roles.length > 0 && tool.roles.every((role) => app.roles.includes(role)));
  return rolesFit && app.scopes.every((scope) => tool.scopes.includes(scope));
}

import type { McpDefinition, McpResourceDefinition } from './definitions.js';
import type { McpContext } from './mcp-context.js';

/**
 * The extension by which a server has pages that clients show beside the results of its tools.
 *
 * @see https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
 */
export const APPS_EXTENSION = 'io.modelcontextprotocol/ui';
export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/** Whether a resource is an app: by `@McpApp()`, or by its type where the application wrote the rest itself. */
export function isApp({ mimeType }: McpResourceDefinition): boolean {
  return mimeType === APP_MIME_TYPE;
}

/** Whether only clients that show apps can use a feature. */
export function isForApps(definition: McpDefinition): boolean {
  switch (definition.kind) {
    case 'tool':
      return definition.ui?.visibility?.includes('model') === false;
    case 'resource':
      return definition.ui !== undefined;
    case 'prompt':
      return false;
  }
}

/** Whether the client shows apps. */
export function showsApps({ clientCapabilities }: Pick<McpContext, 'clientCapabilities'>): boolean {
  const settings = clientCapabilities?.extensions?.[APPS_EXTENSION] as { mimeTypes?: unknown } | undefined;
  return Array.isArray(settings?.mimeTypes) && settings.mimeTypes.includes(APP_MIME_TYPE);
}

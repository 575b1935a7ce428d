import type { McpDefinition, McpResourceDefinition } from './definitions.js';
import type { McpContext } from './mcp-context.js';

/**
 * The extension by which a server has pages that clients show beside the results of its tools.
 *
 * @see https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
 */
export const APPS_EXTENSION = 'io.modelcontextprotocol/ui';
export const APP_MIME_TYPE = 'text/html;profile=mcp-app';

/** Origins that an app may reach, such as `https://api.example.com` or `https://*.example.com`. None unless given. */
export interface McpAppCsp {
  /** For fetch, XMLHttpRequest and WebSocket. */
  readonly connectDomains?: readonly string[];
  /** For scripts, styles, images, fonts and media. */
  readonly resourceDomains?: readonly string[];
  /** For frames inside the app. */
  readonly frameDomains?: readonly string[];
  /** For the document's `<base>`. */
  readonly baseUriDomains?: readonly string[];
}

/** What an app asks of the client that shows it. Clients need not grant it. */
export interface McpAppUi {
  readonly csp?: McpAppCsp;
  /** Features of the browser, such as `{ clipboardWrite: {} }`. */
  readonly permissions?: {
    readonly camera?: object;
    readonly microphone?: object;
    readonly geolocation?: object;
    readonly clipboardWrite?: object;
  };
  /** The origin to show the app at. Its form depends on the client. */
  readonly domain?: string;
  /** Whether the client draws a border and a background. Without it, the client decides. */
  readonly prefersBorder?: boolean;
}

/** How a tool takes part in apps. */
export interface McpToolUi {
  /** Of the app that shows the results. */
  readonly resourceUri?: string;
  /** Who may call the tool; model and app unless given. */
  readonly visibility?: readonly ('model' | 'app')[];
}

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

import type { McpAppUi } from '../model/app-ui.js';
import { featureDecorator } from './feature-decorator.js';
import type { McpResourceOptions } from './mcp-resource.decorator.js';
import { APP_METADATA } from './metadata-keys.js';

export interface McpAppOptions extends Omit<McpResourceOptions, 'mimeType' | 'size'>, McpAppUi {
  /** Starts with `ui://`. The `ui` option of a tool names it. */
  uri: string;
  /**
   * The HTML file, as an absolute path or a URL. It is read at boot and, unless NODE_ENV is `production`, again each time
   * a client asks for it. The method is then not called, so it may be that of the tool.
   */
  file?: string | URL;
}

/**
 * Makes a method of a provider, or a file, an app: a page that clients show beside the results of tools
 * whose `ui` option names it. The method returns the HTML.
 *
 * @see https://github.com/modelcontextprotocol/ext-apps/blob/main/specification/2026-01-26/apps.mdx
 */
export function McpApp(options: McpAppOptions): MethodDecorator {
  return featureDecorator(APP_METADATA, options);
}

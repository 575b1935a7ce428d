import type { ReadResourceResult } from '@modelcontextprotocol/sdk/types.js';
import { isHtml } from '../discovery/app-file.js';
import { APP_MIME_TYPE } from '../model/apps.js';
import type { McpAppUi } from '../model/app-ui.js';
import { resourceResult } from './resource-result.js';

/**
 * Turns what an app's handler returned into its page, with what the app asks of clients.
 *
 * @throws {TypeError} when it is no HTML
 */
export function appResult(value: unknown, uri: string, ui: McpAppUi): ReadResourceResult {
  const { contents, ...rest } = resourceResult(value, uri, APP_MIME_TYPE);
  const pages = contents.map((content) => {
    if (!('text' in content) || !isHtml(content.text))
      throw new TypeError(`the app ${uri} returned no HTML. Return a string that holds an HTML document.`);
    return { ...content, mimeType: APP_MIME_TYPE, _meta: { ui, ...content['_meta'] } };
  });
  return { ...rest, contents: pages };
}

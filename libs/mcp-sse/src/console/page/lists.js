import { promptEntry, resourceEntry, toolEntry } from './catalogue.js';

/** @typedef {'tools' | 'resources' | 'prompts'} ListName */

/**
 * What the server offers the viewer.
 *
 * @param {ListName} list
 * @param {import('./catalogue.js').ClientOf} client
 * @returns {Promise<import('./catalogue.js').Entry[]>}
 */
export async function listEntries(list, client) {
  switch (list) {
    case 'tools': {
      const tools = await client().list('tools/list', 'tools');
      return tools.map((tool) => toolEntry(tool, client, tools));
    }
    case 'prompts':
      return (await client().list('prompts/list', 'prompts')).map((prompt) => promptEntry(prompt, client));
    case 'resources': {
      const found = await Promise.all([
        client().list('resources/list', 'resources'),
        client().list('resources/templates/list', 'resourceTemplates'),
      ]);
      return found.flat().map((resource) => resourceEntry(resource, client));
    }
  }
}

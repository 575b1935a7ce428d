import type { McpToolDefinition } from '../../model/definitions.js';
import { nearest } from '../../model/nearest.js';
import type { ResolvedToolSearch } from '../../model/resolved-options.js';

/** More than Copilot Studio, VS Code and models of OpenAI take. */
const MAX_TOOLS = 128;

/**
 * Warnings about a list of tools that clients cut or refuse, and about pinned tools that do not exist. Applications may
 * still add tools.
 *
 * @param tools those of the application
 */
export function sizeAdvice(
  tools: readonly McpToolDefinition[],
  search: ResolvedToolSearch | undefined,
): string[] {
  const names = tools.map(({ name }) => name);
  const missing = search?.pinned.filter((name) => !names.includes(name)) ?? [];
  const advice = missing.map((name) => {
    const near = nearest(name, names).map((other) => `"${other}"`);
    const question = near.length > 0 ? ` Did you mean ${near.join(' or ')}?` : '';
    return `"toolSearch.pinned" names "${name}", but there is no such tool now.${question}`;
  });
  const listed = search && tools.length > search.above ? search.pinned.length : tools.length;
  if (listed > MAX_TOOLS)
    advice.push(
      `${listed} tools may be listed to one client. Copilot Studio, VS Code and models of OpenAI stop at ${MAX_TOOLS}, ` +
        'Windsurf at 100, and Cursor warns above 80. ' +
        (search
          ? 'Lower "toolSearch.above", or pin fewer tools.'
          : 'Let clients search, by McpSseModule.forRoot({ toolSearch: {} }), or pick by @McpToolset().'),
    );
  return advice;
}

import type { McpRegistry } from '../../discovery/mcp.registry.js';
import { assertCounts } from '../../model/assert-counts.js';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions, ResolvedToolSearch } from '../../model/resolved-options.js';
import type { Visibility } from '../visibility.js';
import { loadMiniSearch } from './minisearch.js';
import { ToolSearch } from './tool-search.js';

/**
 * @returns undefined if the options want none
 * @throws {McpConfigurationError}
 */
export async function createToolSearch(
  { toolSearch }: ResolvedOptions,
  registry: McpRegistry,
  visibility: Visibility,
): Promise<ToolSearch | undefined> {
  if (!toolSearch) return undefined;
  assertToolSearch(toolSearch);
  return new ToolSearch(registry, visibility, toolSearch, await loadMiniSearch());
}

function assertToolSearch({ pinned, above, ...counts }: ResolvedToolSearch): void {
  if (!Array.isArray(pinned) || pinned.some((name) => typeof name !== 'string'))
    throw new McpConfigurationError('"toolSearch.pinned" must be an array of names of tools.');
  if (!Number.isSafeInteger(above) || above < 0)
    throw new McpConfigurationError(
      `"toolSearch.above" is ${String(above)}, but must be a whole number of tools from 0 on.`,
    );
  assertCounts(counts, 'toolSearch');
}

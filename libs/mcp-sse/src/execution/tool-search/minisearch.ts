import type MiniSearch from 'minisearch';

/** The package, which only applications load that search tools. */
export type MiniSearchClass = typeof MiniSearch;

export async function loadMiniSearch(): Promise<MiniSearchClass> {
  return (await import('minisearch')).default;
}

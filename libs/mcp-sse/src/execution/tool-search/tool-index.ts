import type MiniSearch from 'minisearch';
import type { SearchOptions } from 'minisearch';
import type { McpToolDefinition } from '../../model/definitions.js';
import type { MiniSearchClass } from './minisearch.js';
import { describedProperties } from './described-properties.js';
import { searchTerms } from './search-terms.js';

interface Document {
  /** Place of the tool. */
  readonly id: number;
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly parameters: string;
}

/** More terms say little more, and each one takes time. */
const MAX_TERMS = 32;
const MIN_PREFIX_LENGTH = 3;
const MIN_FUZZY_LENGTH = 5;

const SEARCH: SearchOptions = {
  boost: { name: 4, title: 3, description: 2, parameters: 1 },
  prefix: (term) => term.length >= MIN_PREFIX_LENGTH,
  fuzzy: (term) => (term.length >= MIN_FUZZY_LENGTH ? 1 : false),
  weights: { prefix: 0.4, fuzzy: 0.2 },
};

/** Tools with less of the best one's score share a common word with the query, and no more. */
const MIN_RELATIVE_SCORE = 0.2;

/**
 * Finds tools by words. It knows the tools of one set only: how rare a word is depends on no others, so the ranking tells
 * nothing about them.
 */
export class ToolIndex {
  private readonly documents: MiniSearch<Document>;
  private readonly byName = new Map<string, McpToolDefinition>();

  /** @param tools in an order that is the same on each node */
  constructor(
    private readonly tools: readonly McpToolDefinition[],
    miniSearch: MiniSearchClass,
  ) {
    this.documents = new miniSearch<Document>({
      fields: ['name', 'title', 'description', 'parameters'],
      tokenize: searchTerms,
      processTerm: (term) => term,
    });
    this.documents.addAll(tools.map(documentOf));
    for (const tool of tools) this.byName.set(tool.name.toLowerCase(), tool);
  }

  /** The tools whose names the query has first, then the others, best first. All of them for a query without words. */
  search(query: string): readonly McpToolDefinition[] {
    const terms = [...new Set(searchTerms(query))].slice(0, MAX_TERMS);
    const named = this.named(query);
    if (terms.length === 0 && named.size === 0) return this.tools;
    const found = this.documents
      .search({ queries: terms, combineWith: 'OR' }, SEARCH)
      .map(({ id, score }) => ({ id: id as number, score }))
      .sort((one, other) => other.score - one.score || one.id - other.id);
    const enough = (found[0]?.score ?? 0) * MIN_RELATIVE_SCORE;
    const ranked = found.filter(({ score }) => score >= enough).map(({ id }) => this.tools[id]!);
    return [...new Set([...named, ...ranked])];
  }

  private named(query: string): Set<McpToolDefinition> {
    const words = query.toLowerCase().split(/[\s,;'"`]+/);
    return new Set(words.flatMap((word) => this.byName.get(word) ?? []));
  }
}

function documentOf(
  { name, title = '', description = '', inputSchema }: McpToolDefinition,
  id: number,
): Document {
  // Also as one word, for those who write it so.
  const joined = name.replaceAll(/[^A-Za-z0-9]/g, '');
  return {
    id,
    name: `${name} ${joined.toLowerCase()}`,
    title,
    description,
    parameters: describedProperties(inputSchema),
  };
}

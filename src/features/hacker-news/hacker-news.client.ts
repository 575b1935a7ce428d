import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import * as z from 'zod';
import { environmentConfig } from '../../config/environment.config.js';
import { hackerNewsItem, type HackerNewsItem } from './hacker-news-item.js';
import { searchHits, type SearchHits } from './search-hits.js';
import { SharedCache } from './shared-cache.js';
import { UpstreamClient } from './upstream.client.js';

const CACHE_MS = 60_000;
const CACHE_ENTRIES = 2_000;
const PATIENCE = { attempts: 3, retryMs: 250, maxRetryAfterMs: 5_000 };
const BOUNDS = { concurrency: 8, maxBytes: 1024 * 1024 };

/** Reads Hacker News: stories and comments from its API, searches from Algolia's. */
@Injectable()
export class HackerNewsClient {
  private readonly cache = new SharedCache(CACHE_MS, CACHE_ENTRIES);
  private readonly upstream: UpstreamClient;

  /** The application's own token. A caller's token is never passed on. */
  private readonly apiToken?: string;
  private readonly apiUrl: string;
  private readonly searchUrl: string;

  constructor(@Inject(environmentConfig.KEY) environment: ConfigType<typeof environmentConfig>) {
    const { HN_API_URL, HN_API_TOKEN, HN_SEARCH_URL, HN_TIMEOUT_MS: timeoutMs } = environment;
    this.apiToken = HN_API_TOKEN;
    this.apiUrl = HN_API_URL.replace(/\/$/, '');
    this.searchUrl = HN_SEARCH_URL.replace(/\/$/, '');
    this.upstream = new UpstreamClient({ name: 'Hacker News', timeoutMs, ...PATIENCE, ...BOUNDS });
  }

  /** The ids of up to 500 stories, in the order of the front page. */
  topStories(signal: AbortSignal): Promise<number[]> {
    return this.read(`${this.apiUrl}/topstories.json`, z.array(z.int()), signal, this.apiToken);
  }

  /** @returns null if there is no such item */
  item(id: number, signal: AbortSignal): Promise<HackerNewsItem | null> {
    return this.read(`${this.apiUrl}/item/${id}.json`, hackerNewsItem.nullable(), signal, this.apiToken);
  }

  /** @param newestFirst instead of the best matches first */
  search(query: string, limit: number, newestFirst: boolean, signal: AbortSignal): Promise<SearchHits> {
    const parameters = new URLSearchParams({ query, tags: 'story', hitsPerPage: String(limit) });
    const path = newestFirst ? 'search_by_date' : 'search';
    return this.read(`${this.searchUrl}/${path}?${parameters}`, searchHits, signal);
  }

  private read<T>(url: string, schema: z.ZodType<T>, signal: AbortSignal, token?: string): Promise<T> {
    return this.cache.get(url, (shared) => this.upstream.read(url, schema, shared, token), signal);
  }
}

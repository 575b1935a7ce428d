import { Injectable, NotFoundException } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { DiscussedStoryDto } from './discussed-story.dto.js';
import { FoundStoriesDto, StoriesDto } from './stories.dto.js';
import type { HackerNewsItem } from './hacker-news-item.js';
import { HackerNewsClient } from './hacker-news.client.js';
import { plainText } from './plain-text.js';
import { readComments } from './read-comments.js';
import { ReadStoryDto } from './read-story.dto.js';
import { SearchStoriesDto } from './search-stories.dto.js';
import { toStory } from './to-story.js';
import { TopStoriesDto } from './top-stories.dto.js';
import { untilFailure } from './until-failure.js';

/** Longer than any of the tools takes, unless Hacker News is very slow. */
const TIMEOUT_MS = 60_000;
const READ_ONLY = { readOnlyHint: true, openWorldHint: true };

@Injectable()
export class HackerNewsService {
  constructor(private readonly hackerNews: HackerNewsClient) {}

  @McpTool({
    name: 'hn_top_stories',
    description: 'The stories at the top of Hacker News',
    output: StoriesDto,
    annotations: READ_ONLY,
    timeoutMs: TIMEOUT_MS,
  })
  topStories({ limit }: TopStoriesDto, ctx: McpContext): Promise<StoriesDto> {
    return untilFailure(ctx.signal, async (signal) => {
      const ids = (await this.hackerNews.topStories(signal)).slice(0, limit);
      const read = this.reader(signal, (done) => ctx.progress(done, ids.length, 'stories read'));
      const items = await Promise.all(ids.map(read));
      return { stories: items.filter((item) => item !== null).map(toStory) };
    });
  }

  @McpTool({
    name: 'hn_story',
    description: 'A story of Hacker News with its comments as plain text',
    output: DiscussedStoryDto,
    annotations: READ_ONLY,
    timeoutMs: TIMEOUT_MS,
  })
  story({ id, ...bounds }: ReadStoryDto, ctx: McpContext): Promise<DiscussedStoryDto> {
    return untilFailure(ctx.signal, async (signal) => {
      const item = await this.hackerNews.item(id, signal);
      if (!item || item.deleted || item.type === 'comment')
        throw new NotFoundException(
          `Hacker News has no story ${id}. Take an id that hn_top_stories or hn_search gives.`,
        );
      const story = toStory(item);
      const total = Math.min(bounds.maxComments, story.comments);
      const read = this.reader(signal, (done) => ctx.progress(done, total, 'comments read'));
      const comments = await readComments(item, bounds, read);
      const omitted = Math.max(0, story.comments - comments.length);
      return { story, text: item.text && plainText(item.text), comments, omitted };
    });
  }

  @McpTool({
    name: 'hn_search',
    description: 'Finds stories of Hacker News by their words',
    output: FoundStoriesDto,
    annotations: READ_ONLY,
    timeoutMs: TIMEOUT_MS,
  })
  async search({ query, order, limit }: SearchStoriesDto, ctx: McpContext): Promise<FoundStoriesDto> {
    const { nbHits, hits } = await this.hackerNews.search(query, limit, order === 'newest', ctx.signal);
    return { total: nbHits, stories: hits.map(toStory) };
  }

  /** Reads items, and reports how many it has read. */
  private reader(signal: AbortSignal, onRead: (done: number) => void) {
    let done = 0;
    return async (id: number): Promise<HackerNewsItem | null> => {
      const item = await this.hackerNews.item(id, signal);
      onRead(++done);
      return item;
    };
  }
}

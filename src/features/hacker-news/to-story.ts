import type { HackerNewsItem } from './hacker-news-item.js';
import type { StoryDto } from './stories.dto.js';

export function toStory({ id, title, url, by, score, descendants, time }: HackerNewsItem): StoryDto {
  return {
    id,
    title: title ?? '',
    url,
    author: by ?? '',
    score: score ?? 0,
    comments: descendants ?? 0,
    at: toIso(time),
  };
}

/** @param seconds since the epoch */
export function toIso(seconds = 0): string {
  return new Date(seconds * 1_000).toISOString();
}

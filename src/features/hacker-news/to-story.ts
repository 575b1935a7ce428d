import type { HackerNewsItem } from './hacker-news-item.js';
import type { StoryDto } from './story.dto.js';
import { toIso } from './to-iso.js';

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

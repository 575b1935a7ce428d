import * as z from 'zod';
import type { HackerNewsItem } from './hacker-news-item.js';

/** A search result, converted to an item of the main API. See https://hn.algolia.com/api */
const hit = z
  .object({
    objectID: z.string().regex(/^\d{1,15}$/),
    title: z.string().nullish(),
    url: z.string().nullish(),
    author: z.string().nullish(),
    points: z.int().nullish(),
    num_comments: z.int().nullish(),
    /** Seconds since the epoch. */
    created_at_i: z.int().nonnegative().max(1e11),
  })
  .transform(
    ({
      objectID,
      title,
      url,
      author,
      points,
      num_comments: comments,
      created_at_i: time,
    }): HackerNewsItem => ({
      id: Number(objectID),
      title: title ?? undefined,
      url: url ?? undefined,
      by: author ?? undefined,
      score: points ?? undefined,
      descendants: comments ?? undefined,
      time,
    }),
  );

/** The part of the search response that is used. */
export const searchHits = z.object({ nbHits: z.int(), hits: z.array(hit) });

export type SearchHits = z.infer<typeof searchHits>;

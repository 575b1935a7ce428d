import * as z from 'zod';

/**
 * A story, comment, poll or job of the API. Deleted items have few members.
 *
 * @see https://github.com/HackerNews/API#items
 */
export const hackerNewsItem = z.object({
  id: z.int(),
  type: z.string().optional(),
  by: z.string().optional(),
  /** Seconds since the epoch. */
  time: z.int().nonnegative().max(1e11).optional(),
  title: z.string().optional(),
  url: z.string().optional(),
  /** HTML. */
  text: z.string().optional(),
  score: z.int().optional(),
  /** The number of a story's comments, at all levels. */
  descendants: z.int().optional(),
  kids: z.array(z.int()).optional(),
  deleted: z.boolean().optional(),
  dead: z.boolean().optional(),
});

export type HackerNewsItem = z.infer<typeof hackerNewsItem>;

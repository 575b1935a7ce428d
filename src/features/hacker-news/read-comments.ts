import type { CommentDto } from './discussed-story.dto.js';
import type { HackerNewsItem } from './hacker-news-item.js';
import { plainText } from './plain-text.js';
import { toIso } from './to-story.js';

interface Place {
  readonly id: number;
  readonly parent: number;
}

export interface CommentBounds {
  readonly maxComments: number;
  readonly maxDepth: number;
}

/**
 * Reads the comments of a story level by level until there are enough, and returns them in reading order. Omits deleted
 * comments with all their replies.
 *
 * @param read called at most `maxComments` times
 */
export async function readComments(
  story: HackerNewsItem,
  { maxComments, maxDepth }: CommentBounds,
  read: (id: number) => Promise<HackerNewsItem | null>,
): Promise<CommentDto[]> {
  const answers = new Map<number, CommentDto[]>();
  // Reads each comment once, so that a cycle in the API's data ends.
  const seen = new Set([story.id]);
  let level = placesBelow(story);
  for (let depth = 1; depth <= maxDepth; depth++) {
    const left = maxComments + 1 - seen.size;
    const places = level.filter(({ id }) => !seen.has(id) && seen.add(id)).slice(0, left);
    const items = await Promise.all(places.map(({ id }) => read(id)));
    level = [];
    for (const [index, { id, parent }] of places.entries()) {
      const item = items[index];
      if (!item || item.deleted || item.dead) continue;
      answers.set(parent, [...(answers.get(parent) ?? []), toComment(item, { id, parent, depth })]);
      level.push(...placesBelow({ ...item, id }));
    }
  }
  return inOrder(story.id, answers);
}

function placesBelow({ id, kids = [] }: HackerNewsItem): Place[] {
  return kids.map((kid) => ({ id: kid, parent: id }));
}

function inOrder(parent: number, answers: ReadonlyMap<number, CommentDto[]>): CommentDto[] {
  return (answers.get(parent) ?? []).flatMap((comment) => [comment, ...inOrder(comment.id, answers)]);
}

function toComment(
  { by, time, text }: HackerNewsItem,
  place: Place & { readonly depth: number },
): CommentDto {
  return { ...place, author: by ?? '', at: toIso(time), text: plainText(text ?? '') };
}

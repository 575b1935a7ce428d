import { clip, MAX_TOLD, MAX_TOLD_LENGTH } from '../model/clip.js';
import type { SchemaIssue } from './compiled-schema.js';
import { formatPath } from './format-path.js';

const MAX_PATH_LENGTH = 200;

/** What is wrong with a value: the first few issues, and how many more there are. */
export class IssueList {
  private readonly list: SchemaIssue[] = [];
  count = 0;

  /** The issues of what a library has found. @param toIssue called for those that are told only */
  static of<T>(found: readonly T[], toIssue: (one: T) => SchemaIssue): IssueList {
    const issues = new IssueList();
    for (const one of found.slice(0, MAX_TOLD)) issues.list.push(clipped(toIssue(one)));
    issues.count = found.length;
    return issues;
  }

  get issues(): readonly SchemaIssue[] {
    return this.list;
  }

  /** How many issues there are besides these, where there are. */
  get more(): number | undefined {
    return this.count > this.list.length ? this.count - this.list.length : undefined;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  /** Adds an issue of a member of what is at the path. */
  addAt(path: readonly PropertyKey[], name: string, message: string): void {
    if (this.list.length < MAX_TOLD) this.add([...path, name], message);
    else this.count++;
  }

  add(path: readonly PropertyKey[], message: string): void {
    this.count++;
    if (this.list.length < MAX_TOLD) this.list.push(clipped({ path: formatPath(path), message }));
  }
}

function clipped({ path, message }: SchemaIssue): SchemaIssue {
  return { path: clip(path, MAX_PATH_LENGTH), message: clip(message, MAX_TOLD_LENGTH) };
}

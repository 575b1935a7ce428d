import { canonicalJson } from './canonical-json.js';
import { digestOf } from './round-state.js';

/** A question as it is sent, and its identity. */
export interface IdentifiedQuestion {
  readonly request: { readonly method: string; readonly params: unknown };
  /** The same in each run of a handler that asks the same. */
  readonly identity: string;
}

/** Tells the questions of a run apart: by content, and by key or the place among equal ones. */
export class QuestionIdentities {
  private readonly occurrences = new Map<string, number>();

  /** @throws {TypeError} when JSON cannot express the parameters */
  identify(method: string, params: object | undefined, key: string | undefined): IdentifiedQuestion {
    // A copy, as the handler may change its parameters before they go out.
    const sent: unknown = params && JSON.parse(JSON.stringify(params));
    const digest = digestOf(`${method}\n${canonicalJson(sent)}`);
    const identity = key === undefined ? `${digest}#${this.occur(digest, 1)}` : `${digest}=${key}`;
    return { request: { method, params: sent }, identity };
  }

  /** Counts the questions of a step that does not run again. */
  skip(asked: readonly (readonly [digest: string, count: number])[]): void {
    for (const [digest, count] of asked) this.occur(digest, count);
  }

  /** Starts to count. @returns a function that tells how often each question without a key was asked since */
  count(): () => (readonly [digest: string, count: number])[] {
    const before = new Map(this.occurrences);
    return () =>
      [...this.occurrences]
        .map(([digest, count]) => [digest, count - (before.get(digest) ?? 0)] as const)
        .filter(([, count]) => count > 0);
  }

  /** @returns how often the run has come to the question */
  private occur(digest: string, times: number): number {
    const count = (this.occurrences.get(digest) ?? 0) + times;
    this.occurrences.set(digest, count);
    return count;
  }
}

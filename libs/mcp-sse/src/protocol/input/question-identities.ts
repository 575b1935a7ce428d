import { RecentlyUsed } from '../../model/recently-used.js';
import { canonicalJson } from './canonical-json.js';
import { digestOf } from './round-state.js';

/** A question as it was asked, and its identity. */
export interface IdentifiedQuestion {
  readonly method: string;
  /** JSON of its parameters: the handler may change them before they go out. */
  readonly json: string | undefined;
  /** The same in each run of a handler that asks the same. */
  readonly identity: string;
}

/** A question as it is sent. */
export interface SentQuestion {
  readonly method: string;
  readonly params: unknown;
}

/** Most questions whose digests are kept, and most characters of one. */
const MAX_KEPT = 32;
const MAX_KEPT_LENGTH = 10_000;

/** The digests of what was asked last, by its JSON. A call asks the same in each of its runs, and other calls do too. */
const digests = new RecentlyUsed<string>(MAX_KEPT);

/** Tells the questions of a run apart: by content, and by key or the place among equal ones. */
export class QuestionIdentities {
  private readonly occurrences = new Map<string, number>();

  /** @throws {TypeError} when JSON cannot express the parameters */
  identify(method: string, params: object | undefined, key: string | undefined): IdentifiedQuestion {
    const json = JSON.stringify(params) as string | undefined;
    const digest = questionDigest(method, json);
    const identity = key === undefined ? `${digest}#${this.occur(digest, 1)}` : `${digest}=${key}`;
    return { method, json, identity };
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

export function sentQuestion({ method, json }: IdentifiedQuestion): SentQuestion {
  return { method, params: json === undefined ? undefined : JSON.parse(json) };
}

function questionDigest(method: string, json: string | undefined): string {
  const digest = () => digestOf(`${method}\n${json === undefined ? '' : canonicalJson(JSON.parse(json))}`);
  return json !== undefined && json.length > MAX_KEPT_LENGTH
    ? digest()
    : digests.get(`${method}\n${json}`, digest);
}

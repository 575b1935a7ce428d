import type { Lanes } from './lanes.js';

export interface Step<Subject> {
  /** A test's name. */
  readonly title: string;
  /** Whether the steps after it make no sense without it. */
  readonly needed?: boolean;
  run(subject: Subject): Promise<unknown>;
}

class NotReached extends Error {
  constructor(failed: string) {
    super(`Not reached, because "${failed}" failed.`);
  }
}

/** Runs steps one after the other in a lane, and removes their subject. @returns the outcome of each, by its title */
export function runSteps<Subject extends { remove(): Promise<void> }>(
  steps: readonly Step<Subject>[],
  subject: Subject,
  lanes: Lanes,
  report: (line: string) => unknown,
): Map<string, Promise<void>> {
  let turn: Promise<unknown> = lanes.enter();
  let reached: Promise<unknown> = turn;
  const outcomes = new Map<string, Promise<void>>();
  for (const step of steps) {
    const before = reached;
    const outcome = turn.then(() => before).then(async () => void (await step.run(subject)));
    turn = outcome.then(
      () => report(`passed: ${step.title}`),
      (error: Error) => error instanceof NotReached || report(`FAILED: ${step.title}: ${error.stack}`),
    );
    if (step.needed) {
      reached = before.then(() => outcome.catch(() => Promise.reject(new NotReached(step.title))));
      reached.catch(() => undefined);
    }
    outcomes.set(step.title, outcome);
  }
  void turn.then(() => subject.remove()).finally(() => lanes.leave());
  return outcomes;
}

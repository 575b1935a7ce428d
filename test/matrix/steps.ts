import type { Lanes } from './lanes.js';

export interface Step<Subject> {
  /** A test's name. */
  readonly title: string;
  /** Whether the steps after it make no sense without it. */
  readonly needed?: boolean;
  run(subject: Subject): Promise<unknown>;
}

/** Runs steps one after the other in a lane, and removes their subject. @returns the outcome of each, by its title */
export function runSteps<Subject extends { remove(): Promise<void> }>(
  steps: readonly Step<Subject>[],
  subject: Subject,
  lanes: Lanes,
  report: (line: string) => void,
): Map<string, Promise<void>> {
  let turn: Promise<void> = lanes.enter();
  let reached = turn;
  const outcomes = new Map<string, Promise<void>>();
  for (const step of steps) {
    const before = reached;
    const outcome = turn.then(() => before).then(async () => void (await step.run(subject)));
    turn = outcome.then(
      () => report(`passed: ${step.title}`),
      ({ stack }: Error) => report(`FAILED: ${step.title}: ${stack}`),
    );
    if (step.needed) {
      reached = before.then(() =>
        outcome.catch(() => Promise.reject(new Error(`Not reached: "${step.title}" failed.`))),
      );
      reached.catch(() => undefined);
    }
    outcomes.set(step.title, outcome);
  }
  void turn.then(() => subject.remove()).finally(() => lanes.leave());
  return outcomes;
}

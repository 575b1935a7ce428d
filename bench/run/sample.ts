import type { ScenarioResult } from '../scenarios/scenario.js';

/** One measurement. */
export interface Sample {
  readonly round: number;
  readonly server: string;
  /** Name of the planned scenario. */
  readonly scenario: string;
  /** What the measurement took, with starting the server. */
  readonly seconds: number;
  readonly result?: ScenarioResult;
  /** Why there is no result. */
  readonly failure?: string;
}

/** All measurements of a run. */
export interface Run {
  readonly node: string;
  readonly cpu: string;
  readonly date: string;
  readonly samples: readonly Sample[];
}

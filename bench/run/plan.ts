import type { TransportName } from '../load/mcp-load.client.js';
import type { ScenarioName } from '../scenarios/scenarios.js';

/** One scenario with its load. */
export interface PlannedScenario {
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly options: Readonly<Partial<Record<'sessions' | 'seconds' | 'warmup' | 'cycles', number>>>;
  /** Rounds in which the floors and this library's servers are measured, and other projects' servers if installed. */
  readonly rounds: { readonly own: number; readonly peers: number };
  /** Skips servers that support fewer sessions. */
  readonly needsSessions?: boolean;
  /** Those that have what it measures; all by default. */
  readonly transports?: readonly TransportName[];
}

const WITH_SESSIONS: readonly TransportName[] = ['sse', 'http'];

const ONCE = { own: 1, peers: 1 };
const OWN_ONCE = { own: 1, peers: 0 };
/** Other servers are so far away that one round is enough. */
const TWICE = { own: 2, peers: 1 };

/** What varies little. */
const BRIEF: readonly PlannedScenario[] = [
  loop('list', 16, 1, 1.5, ONCE),
  loop('big', 4, 1, 1, ONCE),
  idle('idle', 1_000, ONCE),
  idle('idle10k', 10_000, OWN_ONCE),
  listen(10_000, OWN_ONCE),
];

/** About twelve minutes: all published scenarios, each for a short time, to see the effect of a change. */
export const QUICK: readonly PlannedScenario[] = [
  call(1.5, 2.5, ONCE),
  ask(1, 3, ONCE),
  loop('progress', 8, 1, 2.5, ONCE),
  connect(600, 2.5, ONCE),
  ...BRIEF,
];

/** About sixteen minutes: the published results. */
export const FULL: readonly PlannedScenario[] = [
  call(1.5, 3, TWICE),
  ask(1, 4, TWICE),
  loop('progress', 8, 1, 2.5, TWICE),
  connect(1_000, 3, ONCE),
  ...BRIEF,
];

/** About two minutes for one version of Node: what users wait for. */
export const PER_NODE: readonly PlannedScenario[] = [
  call(1, 2, OWN_ONCE),
  ask(0.8, 3.5, OWN_ONCE),
  loop('progress', 8, 0.8, 2.2, OWN_ONCE),
  connect(400, 2.2, OWN_ONCE),
];

function call(seconds: number, warmup: number, rounds: PlannedScenario['rounds']): PlannedScenario {
  return loop('call', 32, seconds, warmup, rounds);
}

function ask(seconds: number, warmup: number, rounds: PlannedScenario['rounds']): PlannedScenario {
  return { ...loop('ask', 32, seconds, warmup, rounds), transports: ['modern'] };
}

function loop(
  scenario: ScenarioName,
  sessions: number,
  seconds: number,
  warmup: number,
  rounds: PlannedScenario['rounds'],
): PlannedScenario {
  return { name: scenario, scenario, options: { sessions, seconds, warmup }, rounds };
}

function connect(cycles: number, warmup: number, rounds: PlannedScenario['rounds']): PlannedScenario {
  const options = { sessions: 16, cycles, warmup };
  return { name: 'connect', scenario: 'connect', options, rounds, transports: WITH_SESSIONS };
}

function idle(name: string, sessions: number, rounds: PlannedScenario['rounds']): PlannedScenario {
  const options = { sessions };
  return { name, scenario: 'idle', options, rounds, needsSessions: true, transports: WITH_SESSIONS };
}

function listen(streams: number, rounds: PlannedScenario['rounds']): PlannedScenario {
  return { ...idle('listen10k', streams, rounds), scenario: 'listen', transports: ['modern'] };
}

import type { TransportName } from '../load/mcp-load.client.js';
import type { ScenarioName } from '../scenarios/scenarios.js';

/** One scenario with its load. */
export interface PlannedScenario {
  readonly name: string;
  readonly scenario: ScenarioName;
  readonly options: Readonly<Partial<Record<'sessions' | 'seconds' | 'warmup' | 'cycles', number>>>;
  /** Skips servers that support fewer sessions. */
  readonly needsSessions: boolean;
  /** Measured in the first round only, since it takes long and varies little. */
  readonly once: boolean;
  /** Those that have what it measures; all by default. */
  readonly transports?: readonly TransportName[];
  /** Whether other projects' servers take part, if installed. */
  readonly peers: boolean;
}

export interface Plan {
  readonly rounds: number;
  readonly scenarios: readonly PlannedScenario[];
}

const WITH_SESSIONS: readonly TransportName[] = ['sse', 'http'];

/** About ten minutes: all published scenarios, each for a short time, to see the effect of a change. */
export const QUICK: Plan = {
  rounds: 1,
  scenarios: [
    loop('call', 'call', 32, 2, 3),
    ask(1, 1.5),
    loop('list', 'list', 16, 1, 1.5),
    loop('progress', 'progress', 8, 1, 2),
    loop('big', 'big', 4, 1, 1),
    connect(600),
    idle('idle', 1_000),
    { ...idle('idle10k', 10_000), peers: false },
    { ...listen(10_000), peers: false },
  ],
};

/** An hour or more: the published results. */
export const FULL: Plan = {
  rounds: 3,
  scenarios: [
    loop('call', 'call', 32, 4, 6),
    loop('call1', 'call', 1, 2, 4),
    ask(3, 3),
    loop('list', 'list', 16, 3, 3),
    loop('progress', 'progress', 8, 3, 4),
    loop('big', 'big', 4, 3, 2),
    connect(4_000),
    idle('idle', 2_000),
    { ...idle('idle10k', 10_000), once: true },
    { ...listen(10_000), once: true, peers: false },
  ],
};

function loop(
  name: string,
  scenario: ScenarioName,
  sessions: number,
  seconds: number,
  warmup: number,
): PlannedScenario {
  const options = { sessions, seconds, warmup };
  return { name, scenario, options, needsSessions: false, once: false, peers: true };
}

function ask(seconds: number, warmup: number): PlannedScenario {
  return { ...loop('ask', 'ask', 32, seconds, warmup), transports: ['modern'] };
}

function connect(cycles: number): PlannedScenario {
  const options = { sessions: 16, cycles };
  return {
    name: 'connect',
    scenario: 'connect',
    options,
    needsSessions: false,
    once: false,
    transports: WITH_SESSIONS,
    peers: true,
  };
}

function idle(name: string, sessions: number): PlannedScenario {
  const options = { sessions };
  return {
    name,
    scenario: 'idle',
    options,
    needsSessions: true,
    once: false,
    transports: WITH_SESSIONS,
    peers: true,
  };
}

function listen(streams: number): PlannedScenario {
  return { ...idle('listen10k', streams), scenario: 'listen', transports: ['modern'] };
}

import type { ScenarioResult } from '../scenarios/scenario.js';

/** A compared figure. */
export interface Figure {
  readonly title: string;
  /** Name of the planned scenario. */
  readonly scenario: string;
  readonly value: (result: ScenarioResult) => number | undefined;
  /** Whether to show a ratio to the floor. Meaningless for figures that should be zero. */
  readonly compared: boolean;
}

const cpu = ({ cpuMicrosPerOperation }: ScenarioResult) => cpuMicrosPerOperation;
const perEvent = (result: ScenarioResult) => divided(cpu(result), 100);
const inThousands = (result: ScenarioResult) => divided(cpu(result), 1000);

export const CPU_FIGURES: readonly Figure[] = [
  { title: 'call, µs', scenario: 'call', value: cpu, compared: true },
  { title: 'call with a question, µs', scenario: 'ask', value: cpu, compared: true },
  { title: 'list of 50 tools, µs', scenario: 'list', value: cpu, compared: true },
  { title: 'progress event, µs', scenario: 'progress', value: perEvent, compared: true },
  { title: 'echo of 1 MB, ms', scenario: 'big', value: inThousands, compared: true },
  { title: 'whole session, ms', scenario: 'connect', value: inThousands, compared: true },
];

export const MEMORY_FIGURES: readonly Figure[] = [
  rss('RSS of an idle session, KiB', 'idle'),
  {
    title: 'heap of an idle session, KiB',
    scenario: 'idle',
    value: ({ heapKibPerSession }) => heapKibPerSession,
    compared: true,
  },
  rss('RSS of one of 10,000, KiB', 'idle10k'),
  rss('RSS of one of 10,000 streams of `subscriptions/listen`, KiB', 'listen10k'),
  {
    title: 'heap kept of a closed session, KiB',
    scenario: 'connect',
    value: ({ heapKibPerClosedSession }) => heapKibPerClosedSession,
    compared: false,
  },
];

export const SPEED_FIGURES: readonly Figure[] = [
  {
    title: 'calls per second',
    scenario: 'call',
    value: ({ operationsPerSecond }) => operationsPerSecond,
    compared: false,
  },
  { title: 'p50, ms', scenario: 'call', value: ({ latencyMs }) => latencyMs?.p50, compared: false },
  { title: 'p99, ms', scenario: 'call', value: ({ latencyMs }) => latencyMs?.p99, compared: false },
  {
    title: 'cores of the server',
    scenario: 'call',
    value: ({ cores }) => cores?.server,
    compared: false,
  },
  {
    title: 'cores of others on the machine',
    scenario: 'call',
    value: ({ cores }) => cores?.others,
    compared: false,
  },
];

function rss(title: string, scenario: string): Figure {
  return { title, scenario, value: ({ rssKibPerSession }) => rssKibPerSession, compared: true };
}

function divided(value: number | undefined, by: number): number | undefined {
  return value === undefined ? undefined : value / by;
}

/** The main figure of a planned scenario. */
export function figureOf(name: string): Figure {
  return [...CPU_FIGURES, ...MEMORY_FIGURES].find(({ scenario }) => scenario === name)!;
}

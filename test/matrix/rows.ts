import { answersCalls, CLIENTS, drains } from './answers.js';
import { NPM } from './package-managers.js';
import { BUILT, type Build } from './builds.js';
import type { Installation, SetUp } from './installation.js';
import { exitsByItself, PAIRS, QUICK, titleOf, type Pair } from './pairs.js';
import type { Step } from './steps.js';

/** An application that is tested from its generation to its end, step by step. */
export interface Row extends SetUp {
  readonly title: string;
  readonly steps: readonly Step<Installation>[];
}

const INSTALLS: readonly Step<Installation>[] = [
  { title: 'is generated', needed: true, run: (app) => app.generate() },
  { title: 'installs without a warning', needed: true, run: (app) => app.install() },
  { title: 'type-checks', run: (app) => app.program('tsc --noEmit -p tsconfig.json') },
];
const PASSES_TESTS: readonly Step<Installation>[] = [
  { title: 'passes its unit tests', run: (app) => app.script('test') },
  { title: 'passes its end-to-end tests', run: (app) => app.script('test:e2e') },
];
const RUNS: readonly Step<Installation>[] = [
  { title: 'builds', needed: true, run: (app) => app.script('build') },
  { title: 'boots', needed: true, run: (app) => app.start() },
  ...Object.entries(CLIENTS).map(([name, connect]) => ({
    title: `answers calls by ${name}`,
    run: (app: Installation) => answersCalls(app.running, connect),
  })),
  {
    title: 'answers a running call on SIGTERM, and ends in order',
    run: (app) => drains(app.running, endOf(app)),
  },
];

/** What MATRIX says: `quick`, a regular expression that titles match, or nothing for all. */
export function rowsOf(wanted = ''): Row[] {
  if (wanted === 'quick') return QUICK.map(rowOfPair);
  return [...PAIRS.map(rowOfPair), ...BUILT.map(rowOfBuilds)].filter(({ title }) =>
    new RegExp(wanted).test(title),
  );
}

function rowOfPair(pair: Pair): Row {
  return {
    title: titleOf(pair),
    pair,
    manager: NPM,
    builds: [],
    steps: [...INSTALLS, ...PASSES_TESTS, ...RUNS],
  };
}

/** The tests of the application know nothing of its builder, but run where packages are. */
function rowOfBuilds({ pair, manager, builds }: SetUp): Row {
  return {
    title: `${manager.title}, ${titleOf(pair)}`,
    pair,
    manager,
    builds,
    steps: [...INSTALLS, ...(manager === NPM ? [] : PASSES_TESTS), ...builds.map(stepOfBuild)],
  };
}

/** How the process ends after SIGTERM. */
function endOf({ pair }: Installation): 0 | 'SIGTERM' {
  return exitsByItself(pair) ? 0 : 'SIGTERM';
}

function stepOfBuild(build: Build): Step<Installation> {
  return {
    title: `builds with ${build.title}, and answers calls`,
    run: async (app) => {
      await app.build(build);
      await app.start(build.main);
      for (const connect of Object.values(CLIENTS)) await answersCalls(app.running, connect);
      await drains(app.running, endOf(app));
    },
  };
}

import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { answersCalls, CLIENTS, drains } from './answers.js';
import { Installation } from './installation.js';
import { Lanes } from './lanes.js';
import { PAIRS, QUICK, titleOf, type Pair } from './pairs.js';
import { runSteps, type Step } from './steps.js';
import { Tools } from './tools.js';

/** Of the whole run, since the pairs wait for each other. */
const TIMEOUT_MS = 90 * 60_000;

const STEPS: Step<Installation>[] = [
  { title: 'is generated', needed: true, run: (app) => app.generate() },
  { title: 'installs without a warning', needed: true, run: (app) => app.install() },
  { title: 'type-checks', run: (app) => app.run('npx tsc --noEmit -p tsconfig.json') },
  { title: 'builds', needed: true, run: (app) => app.run('npm run build') },
  { title: 'runs its unit tests', run: (app) => app.run('npm test') },
  { title: 'runs its end-to-end tests', run: (app) => app.run('npm run test:e2e') },
  { title: 'boots', needed: true, run: (app) => app.start() },
  ...Object.entries(CLIENTS).map(([name, connect]) => ({
    title: `answers calls by ${name}`,
    run: (app: Installation) => answersCalls(app.application, connect),
  })),
  { title: 'answers a running call on SIGTERM, and exits with 0', run: (app) => drains(app.application) },
];

const wanted = process.env['MATRIX'] ?? '';
const pairs = wanted === 'quick' ? QUICK : PAIRS.filter((pair) => titleOf(pair).includes(wanted));
const outcomes = new Map<Pair, Map<string, Promise<void>>>();
let tools: Tools;

beforeAll(() => {
  tools = new Tools();
  const lanes = new Lanes(availableParallelism());
  for (const pair of pairs) outcomes.set(pair, runSteps(STEPS, new Installation(pair, tools), lanes));
});

afterAll(() => tools.remove());

describe.each(pairs.map((pair) => [titleOf(pair), pair] as const))('%s', (title, pair) => {
  it.each(STEPS.map(({ title }) => title))(
    '%s',
    async (step) => {
      const failed = ({ stack }: Error) => `${title} ${step}: ${stack}`;
      expect(await outcomes.get(pair)!.get(step)!.catch(failed)).toBeUndefined();
    },
    TIMEOUT_MS,
  );
});

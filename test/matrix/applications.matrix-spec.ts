import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Lanes } from './lanes.js';
import { rowsOf, type Row } from './rows.js';
import { runSteps } from './steps.js';
import { Tools } from './tools.js';

/** Of the whole run, since the rows wait for each other. */
const TIMEOUT_MS = 90 * 60_000;

const rows = rowsOf(process.env['MATRIX']);
const outcomes = new Map<Row, Map<string, Promise<void>>>();
let tools: Tools;

beforeAll(() => {
  tools = new Tools();
  const lanes = new Lanes(availableParallelism());
  for (const row of rows) outcomes.set(row, runSteps(row.steps, row.create(tools), lanes));
});

afterAll(() => tools.remove());

describe.each(rows)('$title', (row) => {
  it.each(row.steps.map(({ title }) => title))(
    '%s',
    async (step) => {
      const failed = ({ stack }: Error) => `${row.title}: ${step}: ${stack}`;
      expect(await outcomes.get(row)!.get(step)!.catch(failed)).toBeUndefined();
    },
    TIMEOUT_MS,
  );
});

import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeResults, type Result } from './compatibility-page.js';
import { Installation } from './installation.js';
import { Lanes } from './lanes.js';
import { rowsOf, type Row } from './rows.js';
import { runSteps } from './steps.js';
import { Tools } from './tools.js';

/** Of the whole run, since the rows wait for each other. */
const TIMEOUT_MS = 90 * 60_000;

const { MATRIX: wanted, MATRIX_DOCS: writesPage } = process.env;
const rows = rowsOf(wanted);
const installations = new Map<Row, Installation>();
const outcomes = new Map<Row, Map<string, Promise<void>>>();
let tools: Tools;

beforeAll(() => {
  tools = new Tools();
  const lanes = new Lanes(availableParallelism());
  for (const row of rows) {
    const installation = new Installation(row, tools);
    const report = (line: string) => process.stderr.write(`${row.title}: ${line}\n`);
    installations.set(row, installation);
    outcomes.set(row, runSteps(row.steps, installation, lanes, report));
  }
});

afterAll(async () => {
  tools.remove();
  if (writesPage) await writeResults(await Promise.all(rows.map(resultOf)));
});

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

async function resultOf(row: Row): Promise<Result> {
  const failed: string[] = [];
  for (const [title, outcome] of outcomes.get(row)!) await outcome.catch(() => failed.push(title));
  const { versions } = installations.get(row)!;
  const builds = row.builds.map(({ title }) => title);
  return { pair: row.pair, manager: row.manager.title, builds, versions, failed };
}

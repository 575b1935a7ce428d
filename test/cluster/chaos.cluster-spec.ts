import { expect, it } from '@jest/globals';
import { runChaos } from './chaos/run-chaos.js';

const SECONDS = 12;
const SEED = 20_241_105;

it('every accepted request has one answer, and every session its events in order, whatever fails', async () => {
  const story: string[] = [];
  const report = (line: string) => story.push(line);
  const failures = ['stop', 'freeze'] as const;
  const options = { seconds: SECONDS, seed: SEED, hasCuts: false, failures, report };
  const { figures, faults } = await runChaos(options);
  expect({ faults, story: faults.length > 0 && story }).toEqual({ faults: [], story: false });
  expect(figures).toMatchObject({ unanswered: 0, duplicated: 0, outOfOrder: 0 });
  expect(figures.results).toBeGreaterThan(0);
  expect(figures.requests).toBe(figures.results + figures.lost);
  process.stdout.write(`${JSON.stringify(figures)}\n`);
}, 300_000);

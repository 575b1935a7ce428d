import { inspect } from 'node:util';
import fc from 'fast-check';
import type { FuzzServer } from './fuzz-server.js';

const SEED = Number(process.env['FUZZ_SEED'] ?? 20_251_125);
const CLIENTS = 6;
/** Rounds with the same seed. The following rounds use the next seed. */
const ROUNDS = 10;
/** Time limit for shrinking a counterexample. */
const SHRINK_MS = 120_000;
/** What a test may take longer than it fuzzes. */
export const SPARE_MS = 300_000;
const MAX_EXAMPLE = 10_000;
const INSPECTION = { depth: 8, breakLength: 120, maxStringLength: 300 };

export interface Tally {
  rounds: number;
  answers: number;
}

/**
 * Plays rounds of concurrent visits until the time is over.
 *
 * @param draw draws what one client does
 * @param round plays the visits of one round, and returns the number of answers
 * @param reset starts over after a failure
 * @throws {Error} with the seed and the smallest visits that fail
 */
export async function fuzz<Visit>(
  seconds: number,
  draw: (owner: string) => fc.Arbitrary<Visit>,
  round: (visits: readonly Visit[]) => Promise<number>,
  reset: () => Promise<unknown>,
): Promise<Tally> {
  const tally: Tally = { rounds: 0, answers: 0 };
  const visits = fc.tuple(...Array.from({ length: CLIENTS }, (_, client) => draw(`client ${client}`)));
  const deadline = Date.now() + seconds * 1_000;
  let until = deadline;
  const property = fc.asyncProperty(visits, async (drawn) => {
    if (Date.now() > until) return;
    try {
      tally.answers += await round(drawn);
      tally.rounds++;
    } catch (error) {
      if (until === deadline) until = Date.now() + SHRINK_MS;
      await reset();
      throw error;
    }
  });
  for (let seed = SEED; Date.now() < deadline; seed++) {
    const { counterexample, errorInstance } = await fc.check(property, { seed, numRuns: ROUNDS });
    if (counterexample === null) continue;
    const { message } = errorInstance as Error;
    const again = `FUZZ_SEED=${seed} npm run fuzz sends the same again. Cut down, it is:`;
    throw new Error([message, again, inspect(counterexample, INSPECTION).slice(0, MAX_EXAMPLE)].join('\n'));
  }
  return tally;
}

/** Plays each visit on one of the servers, all at once. @returns the number of answers */
export async function concurrently<Visit>(
  servers: readonly FuzzServer[],
  visits: readonly Visit[],
  play: (server: FuzzServer, visit: Visit) => Promise<number>,
): Promise<number> {
  const outcomes = await Promise.allSettled(
    visits.map((each, client) => play(servers[client % servers.length]!, each)),
  );
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) throw failure.reason;
  await Promise.all(servers.map((server) => server.assertEmpty()));
  return outcomes.reduce((sum, outcome) => sum + (outcome.status === 'fulfilled' ? outcome.value : 0), 0);
}

export function report(name: string, tally: Tally): void {
  if (process.env['FUZZ_REPORT']) process.stdout.write(`${name} ${JSON.stringify(tally)}\n`);
}

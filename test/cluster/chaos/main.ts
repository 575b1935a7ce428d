import { FAILURES, type FailureName } from './failures.js';
import { runChaos } from './run-chaos.js';

const { env } = process;
const seconds = Number(env['CHAOS_SECONDS'] ?? 60);
const seed = Number(env['CHAOS_SEED'] ?? Date.now() % 2 ** 32);
const failures = (env['CHAOS_FAILURES']?.split(',') ?? Object.keys(FAILURES)) as FailureName[];
const kinds = env['CHAOS_CUTS'] === undefined ? [true, false] : [env['CHAOS_CUTS'] === '1'];

const print = (line: string) => process.stdout.write(`${line}\n`);
const report = (line: string) => print(`${new Date().toISOString()} ${line}`);
let isFaultless = true;
for (const hasCuts of kinds) {
  const settings = `CHAOS_SEED=${seed} CHAOS_SECONDS=${seconds} CHAOS_CUTS=${Number(hasCuts)}`;
  report(`${settings} CHAOS_FAILURES=${failures.join(',')}`);
  const { figures, faults } = await runChaos({ seconds, seed, hasCuts, failures, report });
  faults.forEach(print);
  print(JSON.stringify(figures));
  isFaultless &&= faults.length === 0;
}
process.exit(isFaultless ? 0 : 1);

import { runChaos } from './run-chaos.js';

const seconds = Number(process.env['CHAOS_SECONDS'] ?? 60);
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 32);

const print = (line: string) => process.stdout.write(`${line}\n`);
const report = (line: string) => print(`${new Date().toISOString()} ${line}`);
report(`CHAOS_SEED=${seed} CHAOS_SECONDS=${seconds}`);
const { figures, faults } = await runChaos({ seconds, seed, report });
faults.forEach(print);
print(JSON.stringify(figures));
process.exit(faults.length === 0 ? 0 : 1);

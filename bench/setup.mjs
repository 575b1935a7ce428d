/** Installs the other projects' servers for the benchmark, each in its own folder. */
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const peers = new URL('peers/', import.meta.url);

for (const entry of readdirSync(peers, { withFileTypes: true })) {
  if (!entry.isDirectory()) continue;
  process.stdout.write(`\n${entry.name}\n`);
  const cwd = fileURLToPath(new URL(entry.name, peers));
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
}

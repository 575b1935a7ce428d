// Installs Nest in NEST_FOLDER, or Nest 11 beside this file, unless it is there already.
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

const cwd = process.env.NEST_FOLDER ?? import.meta.dirname;
const changedAt = (path) => statSync(`${cwd}/${path}`, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (changedAt('node_modules/.package-lock.json') < changedAt('package-lock.json'))
  try {
    execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd, stdio: 'inherit' });
  } catch {
    // npm has printed why.
    process.stderr.write(`Nest is not installed. Run \`npm ci\` in ${cwd}, where npm reaches a registry.\n`);
    process.exitCode = 1;
  }

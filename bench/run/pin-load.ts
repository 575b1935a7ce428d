import { execFileSync } from 'node:child_process';

const LOAD_CORE = '1';

/** Keeps this process, which generates the load, off the server's core. */
export function pinLoad(): void {
  execFileSync('taskset', ['--all-tasks', '--cpu-list', '--pid', LOAD_CORE, String(process.pid)]);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { processSeconds } from './proc-stat.js';

const POLL_MS = 20;

/**
 * Resolves when a process has used the given seconds of CPU time. On a shared machine, the same wall-clock time would
 * mean less work.
 */
export async function cpuTaken(pid: number, seconds: number): Promise<void> {
  const end = processSeconds(pid) + seconds;
  while (processSeconds(pid) < end) await sleep(POLL_MS);
}

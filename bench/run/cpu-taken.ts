import { setTimeout as sleep } from 'node:timers/promises';
import { processSeconds } from './proc-stat.js';

const POLL_MS = 20;

/**
 * Resolves when a process has taken so many seconds of CPU. On a machine that others use too, the same time of the
 * clock would be less work.
 */
export async function cpuTaken(pid: number, seconds: number): Promise<void> {
  const end = processSeconds(pid) + seconds;
  while (processSeconds(pid) < end) await sleep(POLL_MS);
}

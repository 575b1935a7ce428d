import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Seconds of CPU time, user and system, of all threads of a process. */
export function processSeconds(pid: number): number {
  return parseProcessTicks(readFileSync(`/proc/${pid}/stat`, 'utf8')) / TICKS_PER_SECOND;
}

/** The same of a process and its children, such as the workers of nginx. */
export function familySeconds(pid: number): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return [pid, ...children.map(Number)].reduce((sum, member) => sum + processSeconds(member), 0);
}

/** Seconds of CPU time of the whole machine, on all cores. */
export function machineSeconds(): number {
  return parseMachineTicks(readFileSync('/proc/stat', 'utf8')) / TICKS_PER_SECOND;
}

/** @param stat `stat` of one process. Its name, in brackets, may contain anything; utime and stime are fields 14 and 15 */
export function parseProcessTicks(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

/** @param stat `stat` of the machine: user, nice, system, idle, iowait, irq, softirq, steal, and guests, included in user */
export function parseMachineTicks(stat: string): number {
  const [user, nice, system, , , irq, softirq, steal] = /^cpu +(.*)$/m.exec(stat)![1]!.split(' ').map(Number);
  return user! + nice! + system! + irq! + softirq! + steal!;
}

import type { CpuInfo } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { cpuUsedPercent } from './cpu-used-percent.js';

describe('cpuUsedPercent', () => {
  it('is the share of time in which the cores were not idle', () => {
    const before = [cpu({ user: 100, idle: 900 }), cpu({ user: 0, idle: 1000 })];
    const after = [cpu({ user: 150, sys: 25, idle: 925 }), cpu({ idle: 1100 })];
    expect(cpuUsedPercent(before, after)).toBe(37.5);
  });

  it('is 0 if no time has passed or no core is known', () => {
    expect(cpuUsedPercent([cpu({ idle: 1 })], [cpu({ idle: 1 })])).toBe(0);
    expect(cpuUsedPercent([], [])).toBe(0);
  });
});

function cpu(times: Partial<CpuInfo['times']>): CpuInfo {
  return { model: '', speed: 0, times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0, ...times } };
}

import { describe, expect, it } from '@jest/globals';
import { parseMachineTicks, parseProcessTicks } from './proc-stat.js';

describe('the /proc parsers', () => {
  it('add user and system time of a process, whatever its name', () => {
    expect(parseProcessTicks('42 (a) b (c) S 1 42 42 0 -1 4194304 9 0 0 0 700 55 3 2 20 0 11 0 1')).toBe(755);
  });

  it('add all time that is not idle, and count guests once', () => {
    expect(parseMachineTicks('cpu  100 1 20 9999 888 3 4 5 60 7\ncpu0 1 1 1 1 1 1 1 1 1 1\n')).toBe(133);
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { NestErrorReporter } from './nest-error-reporter.js';

const HOSTILE = 'Ada\n[Nest] 1 - LOG [Auth] admin logged in\u009b2J\u2028\u202e';
const ESCAPED = 'Ada\\u000a[Nest] 1 - LOG [Auth] admin logged in\\u009b2J\\u2028\\u202e';

describe('NestErrorReporter', () => {
  const entries: unknown[][] = [];

  beforeEach(() => {
    entries.length = 0;
    const keep = (...entry: unknown[]) => void entries.push(entry);
    Logger.overrideLogger({ log: keep, warn: keep, error: keep, debug: keep });
  });

  afterEach(() => Logger.overrideLogger(false));

  it('escapes what a client says when it cancels', () => {
    new NestErrorReporter().debug(`cancelled: ${HOSTILE}`);
    expect(String(entries[0]![0])).toBe(`cancelled: ${ESCAPED}`);
  });

  it('escapes a message that is left in the stack alone, and keeps the frames as lines', () => {
    const error = new Error(`no such order: ${HOSTILE}`);
    // Who reads the stack fixes the message in it.
    expect(error.stack).toContain(HOSTILE);
    error.message = 'the order service failed';
    new NestErrorReporter().report(error, 'tools/call');
    const [, first, ...frames] = String(entries[0]![0]).split('\n');
    expect(first).toBe(`Error: no such order: ${ESCAPED}`);
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) expect(frame).toMatch(/^ +at /);
  });
});

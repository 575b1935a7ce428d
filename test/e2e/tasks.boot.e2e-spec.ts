import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { appPerTest } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { TaskDesk } from '../fixtures/tasks/task-desk.js';

describe('the boot of a server with tools that are tasks only', () => {
  const { start } = appPerTest();

  it.each([
    [
      'warns if no client has tasks',
      { modern: false },
      /Nobody can call "wait", .*"protocol\.modern" is false/,
    ],
    ['warns of nothing if some have', {}, /^$/],
  ])('%s', async (_, protocol, warning) => {
    const log = new MemoryLog();
    await start({ providers: [TaskDesk], options: { protocol }, configure: (app) => app.useLogger(log) });
    Logger.overrideLogger(false);
    expect(log.lines.filter((line) => line.includes('Nobody can call')).join('\n')).toMatch(warning);
  });
});

import { expect, it } from '@jest/globals';
import { newTask } from '../../../../test/fixtures/tasks/task-store-contract.js';
import { NO_REPORTS } from '../model/cluster/cluster-reports.js';
import type { McpTaskExecutor } from '../model/tasks/mcp-task-runner.js';
import { inProcessRunner } from './in-process-runner.js';

/** @param hasEnded whether the task has its result when the execution throws @returns what is logged */
async function loggedOf(hasEnded: boolean): Promise<unknown[]> {
  const logged: unknown[] = [];
  const executor: McpTaskExecutor = {
    execute: () => Promise.reject(new Error('contextFactory')),
    fail: () => Promise.resolve(!hasEnded),
  };
  const reports = { ...NO_REPORTS, failed: (error: unknown) => void logged.push(error) };
  const queue = await inProcessRunner.serve('shop', executor, reports);
  await queue.start(newTask());
  await queue.close(new AbortController().signal);
  return logged;
}

it('logs why a task could not be executed, which its client is not told', async () => {
  expect(await loggedOf(false)).toEqual([new Error('contextFactory')]);
});

it('does not log the error of a handler again', async () => {
  expect(await loggedOf(true)).toEqual([]);
});

import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Queue, QueueEvents } from 'bullmq';
import { bullmqRunner, type BullmqRunnerOptions } from 'nestjs-mcp-sse/bullmq';
import { NO_REPORTS } from '../../libs/mcp-sse/src/model/cluster/cluster-reports.js';
import { ClusterUnavailableError } from '../../libs/mcp-sse/src/model/errors/cluster.errors.js';
import type {
  McpTaskAttempt,
  McpTaskExecutor,
  McpTaskOutcome,
  McpTaskQueue,
} from '../../libs/mcp-sse/src/model/tasks/mcp-task-runner.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { newTask } from '../fixtures/tasks/task-store-contract.js';

const NOW = AbortSignal.abort();

describeWithRedis('tasks in a queue of BullMQ', () => {
  let redis: RedisServer;
  let queue: Queue;
  let events: QueueEvents;
  const serving: McpTaskQueue[] = [];

  beforeEach(async () => {
    redis = await startRedisServer();
    const connection = { url: redis.url };
    queue = new Queue('tasks', { connection, defaultJobOptions: { attempts: 2 } });
    events = new QueueEvents('tasks', { connection });
    queue.on('error', () => undefined);
    events.on('error', () => undefined);
    await events.waitUntilReady();
  }, 60_000);

  afterEach(async () => {
    await Promise.all(serving.splice(0).map((each) => each.close(NOW)));
    await events.close();
    await queue.close();
    await redis.stop();
  }, 60_000);

  const serve = async (
    execute: (attempt: McpTaskAttempt, id: string) => Promise<McpTaskOutcome>,
    { server = 'shop', ...options }: BullmqRunnerOptions & { server?: string } = {},
  ) => {
    const failed: string[] = [];
    const executor: McpTaskExecutor = {
      execute: (id, attempt) => execute(attempt, id),
      fail: async (_id, message) => failed.push(message) > 0,
    };
    const jobs = await bullmqRunner(queue, options).serve(server, executor, NO_REPORTS);
    serving.push(jobs);
    return { jobs, failed };
  };

  it('have only the id of the task and the name of its server in Redis', async () => {
    const { jobs } = await serve(async () => 'ended', { worker: false });
    const task = newTask({ arguments: { card: '4111' } });
    await jobs.start(task);
    const [job] = await queue.getWaiting();
    expect(job).toMatchObject({ name: 'report', data: { server: 'shop', id: task.id } });
    expect(JSON.stringify(job)).not.toContain('4111');
  });

  it('are one job each, however often they are started, which is gone at the end', async () => {
    const ids: string[] = [];
    const enqueuing = await serve(async () => 'ended', { worker: false });
    const task = newTask();
    await enqueuing.jobs.start(task);
    await enqueuing.jobs.start(task);
    const completed = once(events, 'completed');
    await serve(async (_attempt, id) => {
      ids.push(id);
      return 'ended';
    });
    await completed;
    expect(ids).toEqual([task.id]);
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, completed: 0, failed: 0 });
  });

  it('have the options of their tool, and no delay once they have begun', async () => {
    const tools = { report: { attempts: 5, delay: 60_000 } };
    const { jobs } = await serve(async () => 'ended', { worker: false, tools });
    await jobs.start(newTask());
    await jobs.start(newTask({ tool: 'other' }));
    await jobs.start(newTask({ attempt: 1 }));
    const [delayed] = await queue.getDelayed();
    expect(delayed!.opts).toMatchObject({ attempts: 5, delay: 60_000 });
    const waiting = await queue.getWaiting();
    expect(waiting.map(({ opts }) => [opts.attempts, opts.delay])).toEqual(
      expect.arrayContaining([
        [2, undefined],
        [5, 0],
      ]),
    );
  });

  it('are attempted as often as their options say, and are failed jobs then', async () => {
    const attempts: unknown[] = [];
    const { jobs, failed } = await serve(async ({ attempt, isLast }) => {
      attempts.push([attempt, isLast]);
      throw new Error('no paper');
    });
    const ended = once(events, 'failed');
    await jobs.start(newTask());
    await ended;
    expect(attempts).toEqual([
      [1, false],
      [2, true],
    ]);
    const [job] = await queue.getFailed();
    expect(job).toMatchObject({ failedReason: 'no paper' });
    expect(job!.stacktrace).toEqual([expect.any(String), expect.stringContaining('no paper')]);
    expect(failed.length).toBeLessThanOrEqual(1);
  });

  it('wait, without an attempt, while their store is unreachable', async () => {
    const attempts: number[] = [];
    const { jobs } = await serve(async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) throw new ClusterUnavailableError();
      return 'ended';
    });
    const completed = once(events, 'completed');
    await jobs.start(newTask());
    await completed;
    expect(attempts).toEqual([1, 1]);
  });

  it('go back to the queue when their worker shuts down, without an attempt', async () => {
    let begun!: () => void;
    const running = new Promise<void>((resolve) => (begun = resolve));
    const first = await serve(({ signal }) => {
      begun();
      return new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason as Error)),
      );
    });
    await first.jobs.start(newTask());
    await running;
    await first.jobs.close(NOW);
    expect(await queue.getWaitingCount()).toBe(1);
    const attempts: number[] = [];
    const completed = once(events, 'completed');
    await serve(async ({ attempt }) => {
      attempts.push(attempt);
      return 'ended';
    });
    await completed;
    expect(attempts).toEqual([1]);
  });

  it('may end when their worker shuts down, until the deadline', async () => {
    let begun!: (end: () => void) => void;
    const running = new Promise<() => void>((resolve) => (begun = resolve));
    const { jobs } = await serve(() => new Promise((resolve) => begun(() => resolve('ended'))));
    await jobs.start(newTask());
    const end = await running;
    const closed = jobs.close(new AbortController().signal);
    const completed = once(events, 'completed');
    end();
    await Promise.all([closed, completed]);
    expect(await queue.getJobCounts()).toMatchObject({ waiting: 0, active: 0, failed: 0 });
  });

  it('of another server are left to its workers', async () => {
    const executed: string[] = [];
    const execute = (server: string) => async () => {
      executed.push(server);
      return 'ended' as const;
    };
    const { jobs } = await serve(execute('shop'), { worker: false });
    const stranger = await serve(execute('other'), { server: 'other' });
    const delayed = once(events, 'delayed');
    await jobs.start(newTask());
    await delayed;
    await stranger.jobs.close(NOW);
    const completed = once(events, 'completed');
    await serve(execute('shop'));
    await completed;
    expect(executed).toEqual(['shop']);
  });

  it('are refused while Redis is away', async () => {
    const { jobs } = await serve(async () => 'ended', { worker: false });
    redis.pause();
    await expect(jobs.start(newTask())).rejects.toThrow(ClusterUnavailableError);
    redis.resume();
  });
});

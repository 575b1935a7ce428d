import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Logger, type INestApplicationContext, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BullModule, getQueueToken, type QueueEventsHost } from '@nestjs/bullmq';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { TaskWireClient } from '../clients/task-wire-client.js';
import { usePage } from '../fixtures/page.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';

const page = usePage('docs/task-workers.md');
const environment = { ...process.env };

describe('the page about task workers', () => {
  let redis: RedisServer;

  beforeAll(async () => {
    redis = await startRedisServer();
    process.env['REDIS_URL'] = redis.url;
  }, 60_000);

  afterEach(() => void delete process.env['WORKER']);

  afterAll(async () => {
    process.env = { ...environment };
    await redis.stop();
  });

  it('installs what it imports', () => {
    expect(page.code('install-redis')).toBe('npm install ioredis\n');
    expect(page.code('install-bullmq')).toBe('npm install @nestjs/bullmq bullmq ioredis\n');
  });

  it('keeps tasks in Redis', async () => {
    const { ReportsModule } = await page.import<{ ReportsModule: Type }>('store');
    const mcp = await page.start(ReportsModule);
    expect(mcp.getServerVersion()).toMatchObject({ name: 'reports' });
    const inspector = new Redis(redis.url);
    expect(await inspector.keys('*')).toEqual(['mcp:reports:tasks:beat']);
    inspector.disconnect();
  });

  it('has tasks executed by a worker without HTTP', async () => {
    const { OrdersModule } = await page.import<{ OrdersModule: Type }>('module');
    const node = await page.start(OrdersModule);
    const client = new TaskWireClient(node.url);
    const id = await client.begin('bookAll');
    expect(await client.get(id)).toMatchObject({ status: 'working' });

    const queue = new Queue('order-tasks', { connection: { url: redis.url } });
    const [job] = await queue.getWaiting();
    expect(job).toMatchObject({ name: 'bookAll', data: { id, server: 'orders' }, opts: { attempts: 5 } });
    process.env['WORKER'] = 'true';
    const { app } = await page.import<{ app: INestApplicationContext }>('worker');
    expect(await client.ended(id)).toMatchObject({
      status: 'completed',
      result: { content: [{ text: '3 orders booked' }] },
    });
    await app.close();
    await queue.close();
  }, 60_000);

  it('tells of failed jobs', async () => {
    const { FailedTasks } = await page.import<{ FailedTasks: Type }>('listener');
    const connection = { url: redis.url };
    const imports = [BullModule.forRoot({ connection }), BullModule.registerQueue({ name: 'order-tasks' })];
    const told = new Promise<unknown>((error) => Logger.overrideLogger({ log() {}, warn() {}, error }));
    const module = { module: class Listening {}, imports, providers: [FailedTasks] };
    const app = await NestFactory.createApplicationContext(module);
    const worker = new Worker('order-tasks', () => Promise.reject(new Error('no paper')), { connection });
    await app.get<QueueEventsHost>(FailedTasks).queueEvents.waitUntilReady();
    await app.get<Queue>(getQueueToken('order-tasks')).add('bookAll', {}, { jobId: 'a-job' });
    expect(await told).toBe('a-job: no paper');
    await worker.close();
    await app.close();
    Logger.overrideLogger(false);
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});

import { setTimeout as delay } from 'node:timers/promises';
import type { ProcessCluster } from '../../fixtures/process-cluster.js';
import { timeToFirstAnswer } from './adoption-time.js';

const REDIS_PAUSE_MS = 3_000;
const FREEZE_MS = 10_000;

/** A failure of a cluster. Resolves when it is over. */
export interface Failure {
  readonly what: string;
  readonly happen: (cluster: ProcessCluster, report: (line: string) => void) => Promise<unknown>;
}

/** Each failure hits another node. */
export const FAILURES = {
  stop: {
    what: 'a node gets SIGTERM',
    happen: async (cluster, report) => {
      const toldAt = Date.now();
      const code = await cluster.end(0, 'SIGTERM');
      report(`it ended after ${Date.now() - toldAt} ms`);
      await cluster.restart(0);
      if (code !== 0) throw new Error(`A stopped node exited with ${code}.`);
    },
  },
  kill: {
    what: 'a node gets SIGKILL',
    happen: async (cluster, report) => {
      const ms = await timeToFirstAnswer(cluster, 1, () => cluster.end(1, 'SIGKILL'));
      report(`a session of it was answered by another node after ${ms} ms`);
      await cluster.restart(1);
    },
  },
  pause: {
    what: 'Redis is paused',
    happen: async ({ redis }) => {
      redis.pause();
      await delay(REDIS_PAUSE_MS);
      redis.resume();
    },
  },
  freeze: {
    what: 'a node is frozen',
    happen: async (cluster, report) => {
      const { pid } = cluster.nodes[2]!;
      const thawed = delay(FREEZE_MS);
      try {
        const freeze = async () => void process.kill(pid, 'SIGSTOP');
        const ms = await timeToFirstAnswer(cluster, 2, freeze);
        report(`a session of it was answered by another node after ${ms} ms`);
        await thawed;
        // It has lost its data when it runs again.
        await cluster.redis.dropSilent();
      } finally {
        process.kill(pid, 'SIGCONT');
      }
    },
  },
} as const satisfies Record<string, Failure>;

export type FailureName = keyof typeof FAILURES;

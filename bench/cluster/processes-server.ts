/** A node with several processes: `node processes-server.js express|fastify count [URL of Redis]` */
import cluster from 'node:cluster';
import { Module } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { BENCH_OPTIONS } from '../server/bench.options.js';
import { BenchTools } from '../server/bench.tools.js';
import { serve } from '../server/serve.js';

const [adapter, count, url] = process.argv.slice(2);

@Module({
  imports: [
    McpSseModule.forRoot({
      ...BENCH_OPTIONS,
      cluster: url === undefined ? undefined : redisCluster({ url }),
    }),
  ],
  providers: [BenchTools],
})
class NodeModule {}

if (cluster.isPrimary) {
  let listening = 0;
  const workers = Array.from({ length: Number(count) }, () => cluster.fork());
  cluster.on('listening', () => {
    if (++listening === workers.length) process.send?.(workers.map((worker) => worker.process.pid));
  });
  process.once('SIGTERM', () => {
    for (const worker of workers) worker.process.kill('SIGKILL');
    process.exit();
  });
} else await serve(adapter, Number(process.env['PORT']), NodeModule);

/** A node of the measured cluster: `node server.js express|fastify [URL of Redis]` */
import { Module } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { BENCH_OPTIONS } from '../server/bench.options.js';
import { BenchTools } from '../server/bench.tools.js';
import { serve } from '../server/serve.js';

const [adapter, url] = process.argv.slice(2);
const cluster = url === undefined ? undefined : redisCluster({ url });

@Module({
  imports: [McpSseModule.forRoot({ ...BENCH_OPTIONS, cluster })],
  providers: [BenchTools],
})
class NodeModule {}

await serve(adapter, Number(process.env['PORT']), NodeModule);

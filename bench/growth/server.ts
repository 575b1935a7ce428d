/** The server of the growth check: `node server.js express|fastify <number of additional tools>` */
import { Module } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { BENCH_OPTIONS } from '../server/bench.options.js';
import { BenchTools } from '../server/bench.tools.js';
import { serve } from '../server/serve.js';
import { GrowthFeatures, MORE_TOOLS } from './growth.features.js';

const [adapter, tools] = process.argv.slice(2);

@Module({
  imports: [McpSseModule.forRoot(BENCH_OPTIONS)],
  providers: [BenchTools, GrowthFeatures, { provide: MORE_TOOLS, useValue: Number(tools) }],
})
class GrowthModule {}

await serve(adapter, Number(process.env['PORT']), GrowthModule);

import { Module } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { BENCH_OPTIONS } from './bench.options.js';
import { BenchTools } from './bench.tools.js';
import { FillerTools } from './filler.tools.js';

@Module({ imports: [McpSseModule.forRoot(BENCH_OPTIONS)], providers: [BenchTools, FillerTools] })
export class BenchModule {}

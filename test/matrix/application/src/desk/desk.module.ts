import { Module } from '@nestjs/common';
import { McpSseModule } from 'nestjs-mcp-sse';
import { DeskTools } from './desk.tools.js';
import { StockService } from './stock.service.js';

@Module({
  imports: [McpSseModule.forRoot({ name: 'desk', version: '1.0.0' })],
  providers: [DeskTools, StockService],
})
export class DeskModule {}

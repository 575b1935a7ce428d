import { Injectable, UseGuards } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { ASK, COUNT, COUNTED, ECHO, PROGRESS_EVENTS, QUESTION } from '../contract/tools.js';
import { CallerGuard } from './caller.guard.js';
import { EchoDto } from './echo.dto.js';

/** The tools that the load calls. */
@Injectable()
@UseGuards(CallerGuard)
export class BenchTools {
  @McpTool(ECHO)
  echo({ message }: EchoDto): string {
    return message;
  }

  @McpTool(ASK)
  async ask(context: McpContext): Promise<string> {
    const { content } = await context.elicit(QUESTION);
    return String(content?.['word']);
  }

  @McpTool(COUNT)
  count(context: McpContext): string {
    for (let done = 1; done <= PROGRESS_EVENTS; done++) context.progress(done, PROGRESS_EVENTS);
    return COUNTED;
  }
}

import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';
import { EchoDto } from './echo.dto.js';

@Injectable()
export class EchoService {
  @McpTool({ description: 'Sends the message back as it came', annotations: { readOnlyHint: true } })
  echo({ message }: EchoDto): string {
    return message;
  }
}

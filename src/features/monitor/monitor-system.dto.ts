import { IsInt, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class MonitorSystemDto {
  @McpSchema({ description: 'How long to watch, in milliseconds' })
  @IsInt()
  @Min(100)
  @Max(60_000)
  readonly durationMs: number = 5000;

  @McpSchema({ description: 'Time between two samples, in milliseconds' })
  @IsInt()
  @Min(100)
  @Max(60_000)
  readonly intervalMs: number = 1000;
}

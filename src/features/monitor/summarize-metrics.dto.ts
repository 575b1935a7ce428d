import { IsIn, IsOptional } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

const FOCUSES = ['cpu', 'memory', 'disk'] as const;

export class SummarizeMetricsDto {
  @McpSchema({ description: `What to focus on: ${FOCUSES.join(', ')}` })
  @IsOptional()
  @IsIn(FOCUSES)
  readonly focus?: (typeof FOCUSES)[number];
}

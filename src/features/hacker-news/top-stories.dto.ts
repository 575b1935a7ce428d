import { IsInt, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class TopStoriesDto {
  @McpSchema({ description: 'Number of stories' })
  @IsInt()
  @Min(1)
  @Max(50)
  readonly limit: number = 10;
}

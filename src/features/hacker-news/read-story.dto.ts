import { IsInt, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class ReadStoryDto {
  @McpSchema({ description: 'Id of the story' })
  @IsInt()
  @Min(1)
  @Max(Number.MAX_SAFE_INTEGER)
  readonly id!: number;

  @McpSchema({ description: 'Maximum number of comments; direct replies to the story come first' })
  @IsInt()
  @Min(0)
  @Max(200)
  readonly maxComments: number = 30;

  @McpSchema({ description: 'Maximum depth of replies' })
  @IsInt()
  @Min(1)
  @Max(10)
  readonly maxDepth: number = 3;
}

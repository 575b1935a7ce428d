import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class StreamDataDto {
  @McpSchema({ description: 'Name of the source, which appears in each item' })
  @IsString()
  @Length(1, 200)
  readonly source!: string;

  @McpSchema({ description: 'Number of items' })
  @IsInt()
  @Min(1)
  @Max(1000)
  readonly count: number = 10;

  @McpSchema({ description: 'Delay before each item, in milliseconds' })
  @IsInt()
  @Min(0)
  @Max(10_000)
  readonly delayMs: number = 100;
}

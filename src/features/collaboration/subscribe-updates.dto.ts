import { ArrayMaxSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { TOPICS } from './update.dto.js';

export class SubscribeUpdatesDto {
  @McpSchema({ description: 'documents: edits of shared documents; messages: what is sent to channels' })
  @IsIn(TOPICS)
  readonly topic!: (typeof TOPICS)[number];

  @McpSchema({
    description:
      'Ids of documents, or names of channels, such as "notes"; "team-*" is all that begin so. None is all',
  })
  @IsArray()
  @ArrayMaxSize(20)
  @Matches(/^[\w.-]{0,100}\*?$/, { each: true, message: 'filters must be names such as "notes" or "team-*"' })
  readonly filters: string[] = [];

  @McpSchema({ description: 'After how many updates to stop' })
  @IsInt()
  @Min(1)
  @Max(100)
  readonly limit: number = 10;

  @McpSchema({ description: 'After how many milliseconds to stop' })
  @IsInt()
  @Min(100)
  @Max(600_000)
  readonly durationMs: number = 30_000;
}

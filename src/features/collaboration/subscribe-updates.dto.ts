import { ArrayMaxSize, IsArray, IsIn, IsInt, Matches, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { TOPICS } from './update.dto.js';

export class SubscribeUpdatesDto {
  @McpSchema({ description: 'documents: edits of shared documents; messages: messages to channels' })
  @IsIn(TOPICS)
  readonly topic!: (typeof TOPICS)[number];

  @McpSchema({
    description:
      'Ids of documents or names of channels, such as "notes"; "team-*" matches a prefix. An empty list matches all',
  })
  @IsArray()
  @ArrayMaxSize(20)
  @Matches(/^[\w.-]{0,100}\*?$/, { each: true, message: 'filters must be names such as "notes" or "team-*"' })
  readonly filters: string[] = [];

  @McpSchema({ description: 'Number of updates after which to stop' })
  @IsInt()
  @Min(1)
  @Max(100)
  readonly limit: number = 10;

  @McpSchema({ description: 'Time after which to stop, in milliseconds' })
  @IsInt()
  @Min(100)
  @Max(600_000)
  readonly durationMs: number = 30_000;
}

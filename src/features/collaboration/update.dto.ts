import { IsIn, IsString, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { Type } from 'class-transformer';

/** The kinds of updates. */
export const TOPICS = ['documents', 'messages'] as const;

/** Something that happened in a tenant. */
export class UpdateDto {
  @IsIn(TOPICS)
  readonly topic!: (typeof TOPICS)[number];

  @McpSchema({ description: 'Id of the document, or name of the channel' })
  @IsString()
  readonly about!: string;

  @McpSchema({ description: 'Who did it' })
  @IsString()
  readonly by!: string;

  @McpSchema({ description: 'ISO 8601' })
  @IsString()
  readonly at!: string;

  @McpSchema({ description: 'What happened to the document, or the message' })
  @IsString()
  readonly text!: string;
}

export class ReceivedUpdatesDto {
  @ValidateNested({ each: true })
  @Type(() => UpdateDto)
  readonly updates!: UpdateDto[];
}

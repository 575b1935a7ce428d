import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { Type } from 'class-transformer';
import { StoryDto } from './stories.dto.js';

export class CommentDto {
  @IsInt()
  readonly id!: number;

  @McpSchema({ description: 'Id of the story or comment that it answers' })
  @IsInt()
  readonly parent!: number;

  @McpSchema({ description: '1 for an answer to the story itself' })
  @IsInt()
  readonly depth!: number;

  @IsString()
  readonly author!: string;

  @McpSchema({ description: 'When it was posted, ISO 8601' })
  @IsString()
  readonly at!: string;

  @IsString()
  readonly text!: string;
}

export class DiscussedStoryDto {
  @ValidateNested()
  @Type(() => StoryDto)
  readonly story!: StoryDto;

  @McpSchema({ description: 'Of a story that is a text of its own' })
  @IsOptional()
  @IsString()
  readonly text?: string;

  @McpSchema({ description: 'Each is followed by the answers to it' })
  @ValidateNested({ each: true })
  @Type(() => CommentDto)
  readonly comments!: CommentDto[];

  @McpSchema({ description: 'How many comments are not here: beyond the limits, or deleted' })
  @IsInt()
  readonly omitted!: number;
}

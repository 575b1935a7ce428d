import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { CommentDto } from './comment.dto.js';
import { StoryDto } from './story.dto.js';

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

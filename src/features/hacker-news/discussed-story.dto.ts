import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { Type } from 'class-transformer';
import { StoryDto } from './stories.dto.js';

export class CommentDto {
  @IsInt()
  readonly id!: number;

  @McpSchema({ description: 'Id of the story or comment that this comment replies to' })
  @IsInt()
  readonly parent!: number;

  @McpSchema({ description: '1 for a direct reply to the story' })
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

  @McpSchema({ description: 'Text of the story, if it has one' })
  @IsOptional()
  @IsString()
  readonly text?: string;

  @McpSchema({ description: 'The comments, each followed by its replies' })
  @ValidateNested({ each: true })
  @Type(() => CommentDto)
  readonly comments!: CommentDto[];

  @McpSchema({
    description: 'Number of comments left out, because of the limits or because they were deleted',
  })
  @IsInt()
  readonly omitted!: number;
}

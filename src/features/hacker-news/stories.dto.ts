import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { Type } from 'class-transformer';

export class StoryDto {
  @IsInt()
  readonly id!: number;

  @IsString()
  readonly title!: string;

  @McpSchema({ description: 'What the story links to; stories that are a text of their own have none' })
  @IsOptional()
  @IsString()
  readonly url?: string;

  @IsString()
  readonly author!: string;

  @McpSchema({ description: 'Points' })
  @IsInt()
  readonly score!: number;

  @McpSchema({ description: 'How many comments it has' })
  @IsInt()
  readonly comments!: number;

  @McpSchema({ description: 'When it was posted, ISO 8601' })
  @IsString()
  readonly at!: string;
}

export class StoriesDto {
  @ValidateNested({ each: true })
  @Type(() => StoryDto)
  readonly stories!: StoryDto[];
}

export class FoundStoriesDto extends StoriesDto {
  @McpSchema({ description: 'How many stories match, about' })
  @IsInt()
  readonly total!: number;
}

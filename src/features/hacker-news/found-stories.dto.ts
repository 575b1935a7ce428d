import { IsInt } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { StoriesDto } from './stories.dto.js';

export class FoundStoriesDto extends StoriesDto {
  @McpSchema({ description: 'How many stories match, about' })
  @IsInt()
  readonly total!: number;
}

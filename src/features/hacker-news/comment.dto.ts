import { IsInt, IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

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

import { IsString, Length } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { IsName } from './is-name.decorator.js';

export class SendMessageDto {
  @IsString()
  @Length(1, 4_000)
  readonly message!: string;

  @McpSchema({ description: 'Name of the channel; clients show it and can filter by it' })
  @IsName()
  readonly channel: string = 'general';
}

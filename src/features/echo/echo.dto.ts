import { IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class EchoDto {
  @McpSchema({ description: 'What to send back' })
  @IsString()
  readonly message!: string;
}

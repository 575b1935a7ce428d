import { IsOptional, IsTimeZone } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class ServerTimeDto {
  @McpSchema({ description: 'IANA time zone; default UTC', examples: ['Europe/Berlin'] })
  @IsOptional()
  @IsTimeZone({ message: '$property must be an IANA time zone such as Europe/Berlin' })
  readonly timezone?: string;
}

import { IsISO8601, IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

/** A moment, for machines and for people of a time zone. */
export class ZonedTime {
  @McpSchema({ description: 'The moment in UTC' })
  @IsISO8601()
  readonly iso!: string;

  @IsString()
  readonly timezone!: string;

  @McpSchema({ description: 'What a clock in the time zone shows' })
  @IsString()
  readonly local!: string;
}

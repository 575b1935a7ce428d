import { IsOptional, IsString, MaxLength, MinLength } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { MAX_LENGTH } from './documents.limits.js';

export class EditDataDto {
  @McpSchema({ description: 'The text that is set, appended, or put in the place of `find`' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  readonly text?: string;

  @McpSchema({ description: 'With `replace`: a part of the document that occurs in it once' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_LENGTH)
  readonly find?: string;
}

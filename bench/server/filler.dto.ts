import { IsArray, IsBoolean, IsIn, IsInt, IsString, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { FILLER_ARGUMENTS, MODES } from '../contract/tools.js';

const { query, limit, tags, exact, mode } = FILLER_ARGUMENTS;

export class FillerDto {
  @McpSchema({ description: query })
  @IsString()
  readonly query!: string;

  @McpSchema({ description: limit })
  @IsInt()
  @Min(1)
  @Max(100)
  readonly limit!: number;

  @McpSchema({ description: tags })
  @IsArray()
  @IsString({ each: true })
  readonly tags!: string[];

  @McpSchema({ description: exact })
  @IsBoolean()
  readonly exact!: boolean;

  @McpSchema({ description: mode })
  @IsIn(MODES)
  readonly mode!: (typeof MODES)[number];
}

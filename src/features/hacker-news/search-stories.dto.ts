import { IsIn, IsInt, IsString, Length, Max, Min } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

const ORDERS = ['relevance', 'newest'] as const;

export class SearchStoriesDto {
  @McpSchema({ description: 'Words to search for' })
  @IsString()
  @Length(1, 200)
  readonly query!: string;

  @McpSchema({ description: 'Order of the stories' })
  @IsIn(ORDERS)
  readonly order: (typeof ORDERS)[number] = 'relevance';

  @McpSchema({ description: 'Maximum number of stories' })
  @IsInt()
  @Min(1)
  @Max(50)
  readonly limit: number = 10;
}

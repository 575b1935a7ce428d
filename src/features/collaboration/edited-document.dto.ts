import { IsInt, IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class EditedDocumentDto {
  @IsString()
  readonly doc_id!: string;

  @McpSchema({ description: 'What the document is at now; 0 when it was deleted' })
  @IsInt()
  readonly version!: number;

  @McpSchema({ description: 'Where to read it' })
  @IsString()
  readonly uri!: string;
}

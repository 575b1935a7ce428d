import { IsInt, IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

export class EditedDocumentDto {
  @IsString()
  readonly doc_id!: string;

  @McpSchema({ description: 'The new version of the document; 0 if it was deleted' })
  @IsInt()
  readonly version!: number;

  @McpSchema({ description: 'URI of the document' })
  @IsString()
  readonly uri!: string;
}

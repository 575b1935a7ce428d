import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Min, ValidateNested } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { EditDataDto } from './edit-data.dto.js';
import { IsName } from './is-name.decorator.js';

const OPERATIONS = ['set', 'append', 'replace', 'delete'] as const;

export class EditDocumentDto {
  @McpSchema({ description: 'Id of the document; docs://{id} is its content' })
  @IsName()
  readonly doc_id!: string;

  @McpSchema({
    description:
      'set: the document says `text` and nothing else (makes a new one too); append: `text` goes to its end (makes ' +
      'a new one too); replace: `text` takes the place of `find`; delete: there is no such document any more',
  })
  @IsIn(OPERATIONS)
  readonly operation!: (typeof OPERATIONS)[number];

  @McpSchema({ description: 'What the operation needs; delete needs nothing' })
  @IsOptional()
  @ValidateNested()
  @Type(() => EditDataDto)
  readonly data?: EditDataDto;

  @McpSchema({
    description:
      'The version that was read and is to be changed, 0 for a new document. An edit of another version is refused. ' +
      'set and delete of a document need it; append and replace without it change what is there by then',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  readonly version?: number;
}

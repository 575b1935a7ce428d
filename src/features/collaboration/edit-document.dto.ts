import {
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  MaxLength,
  Min,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';
import { MAX_LENGTH } from './documents.limits.js';
import { Type } from 'class-transformer';
import { IsName } from './is-name.decorator.js';

export class EditDataDto {
  @McpSchema({ description: 'The text to set, to append, or to replace `find` with' })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_LENGTH)
  readonly text?: string;

  @McpSchema({ description: 'For `replace`: the text to replace, which must occur exactly once' })
  @IsOptional()
  @IsString()
  @MinLength(1)
  @MaxLength(MAX_LENGTH)
  readonly find?: string;
}

const OPERATIONS = ['set', 'append', 'replace', 'delete'] as const;

export class EditDocumentDto {
  @McpSchema({ description: 'Id of the document; its URI is docs://{id}' })
  @IsName()
  readonly doc_id!: string;

  @McpSchema({
    description:
      'set: replaces the whole content with `text`, or creates the document; append: adds `text` to the end, or creates ' +
      'the document; replace: replaces `find` with `text`; delete: deletes the document',
  })
  @IsIn(OPERATIONS)
  readonly operation!: (typeof OPERATIONS)[number];

  @McpSchema({ description: 'The input of the operation; delete needs none' })
  @IsOptional()
  @ValidateNested()
  @Type(() => EditDataDto)
  readonly data?: EditDataDto;

  @McpSchema({
    description:
      'The version that you read, or 0 for a new document. The edit is refused if the document has changed since. ' +
      'Required to set or delete an existing document. Without it, append and replace change the current version',
  })
  @IsOptional()
  @IsInt()
  @Min(0)
  readonly version?: number;
}

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

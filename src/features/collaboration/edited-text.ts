import { BadRequestException, NotFoundException } from '@nestjs/common';
import type { EditDocumentDto } from './edit-document.dto.js';

/**
 * Returns the text of a document after an edit.
 *
 * @param before undefined if the document does not exist
 * @returns undefined if the edit deletes the document
 * @throws {BadRequestException} if the operation lacks data
 * @throws {NotFoundException} if the document to change does not exist
 */
export function editedText(
  before: string | undefined,
  { doc_id: id, operation, data: { text, find } = {} }: EditDocumentDto,
): string | undefined {
  if (before === undefined && (operation === 'replace' || operation === 'delete'))
    throw new NotFoundException(
      `There is no document "${id}". documents://current has those that there are.`,
    );
  if (operation === 'delete') return undefined;
  if (text === undefined) throw new BadRequestException(`${operation} needs data.text.`);
  if (operation === 'set') return text;
  if (operation === 'append') return (before ?? '') + text;
  if (find === undefined) throw new BadRequestException('replace needs data.find.');
  const parts = before!.split(find);
  if (parts.length === 2) return parts.join(text);
  const times = parts.length === 1 ? 'not' : `${parts.length - 1} times`;
  throw new BadRequestException(
    `data.find occurs ${times} in docs://${id}; it must occur once. Read the document and give a part of it that does.`,
  );
}

import {
  BadRequestException,
  ConflictException,
  Injectable,
  NotFoundException,
  ServiceUnavailableException,
} from '@nestjs/common';
import { MAX_DOCUMENTS, MAX_LENGTH, MAX_TENANTS, MAX_TOTAL_LENGTH } from './documents.limits.js';
import type { EditDocumentDto } from './edit-document.dto.js';
import { editedText } from './edited-text.js';

type Tenant = string | undefined;

interface Shelf {
  readonly documents: Map<string, Document>;
  /** The highest version of a deleted document. New ones continue from it, so that no old version matches a new document. */
  lastVersion: number;
}

/** The documents of each tenant, in the memory of this process. */
@Injectable()
export class DocumentsStore {
  private readonly shelves = new Map<Tenant, Shelf>();
  private totalLength = 0;

  list(tenant: Tenant): Document[] {
    return [...(this.shelves.get(tenant)?.documents.values() ?? [])];
  }

  /** @throws {NotFoundException} */
  read(tenant: Tenant, id: string): Document {
    const document = this.shelves.get(tenant)?.documents.get(id);
    if (document) return document;
    throw new NotFoundException(
      `There is no document "${id}". documents://current has those that there are.`,
    );
  }

  /**
   * @returns the edited document; undefined if it was deleted
   * @throws {ConflictException} if the edit was made for another version
   * @throws {HttpException} if the edit is not possible, or there is no room for it
   */
  edit(tenant: Tenant, edit: EditDocumentDto, editedBy: string): Document | undefined {
    const { doc_id: id } = edit;
    const shelf = this.shelves.get(tenant) ?? { documents: new Map<string, Document>(), lastVersion: 0 };
    const before = shelf.documents.get(id);
    assertVersion(edit, before);
    const text = editedText(before?.text, edit);
    const growth = (text?.length ?? 0) - (before?.text.length ?? 0);
    if (text === undefined) {
      shelf.documents.delete(id);
      shelf.lastVersion = Math.max(shelf.lastVersion, before!.version);
      this.totalLength += growth;
      return undefined;
    }
    assertLength(id, text);
    if (!before) this.assertRoom(tenant, shelf);
    if (growth > 0 && this.totalLength + growth > MAX_TOTAL_LENGTH) throw full();
    const version = (before?.version ?? shelf.lastVersion) + 1;
    const document = { id, version, text, editedBy, editedAt: new Date().toISOString() };
    this.shelves.set(tenant, shelf);
    shelf.documents.set(id, document);
    this.totalLength += growth;
    return document;
  }

  private assertRoom(tenant: Tenant, { documents }: Shelf): void {
    if (documents.size >= MAX_DOCUMENTS)
      throw new ConflictException(
        `There are ${MAX_DOCUMENTS} documents. Delete one before you make another.`,
      );
    if (!this.shelves.has(tenant) && this.shelves.size >= MAX_TENANTS) throw full();
  }
}

function full(): ServiceUnavailableException {
  return new ServiceUnavailableException(
    'The server has no room for more. Delete documents, or try again later.',
  );
}

function assertLength(id: string, { length }: string): void {
  if (length > MAX_LENGTH)
    throw new BadRequestException(
      `docs://${id} would have ${length} characters, and ${MAX_LENGTH} are allowed. Use another document too.`,
    );
}

/** @throws {ConflictException} */
function assertVersion({ doc_id: id, operation, version }: EditDocumentDto, before?: Document): void {
  const current = before?.version ?? 0;
  if (version === current) return;
  const overwrites = before && (operation === 'set' || operation === 'delete');
  if (version === undefined && !overwrites) return;
  const mistake = version === undefined ? 'the edit names none' : `the edit was made for version ${version}`;
  throw new ConflictException(
    before
      ? `docs://${id} is at version ${current}, and ${mistake}. Read it, make the edit anew for what it says now, ` +
          `and send that with version ${current}.`
      : `There is no document "${id}" (version 0), and ${mistake}. Send the edit with version 0 to make it anew.`,
  );
}

/** A text that the members of a tenant share. */
export interface Document {
  readonly id: string;
  /** 1 for a new document, incremented with each edit. */
  readonly version: number;
  readonly text: string;
  /** Subject of the principal that made this version. */
  readonly editedBy: string;
  /** ISO 8601. */
  readonly editedAt: string;
}

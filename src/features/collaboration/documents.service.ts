import { Injectable } from '@nestjs/common';
import { McpComplete, McpContext, McpResource, McpRoles, McpTool, McpUriParam } from 'nestjs-mcp-sse';
import { concat, filter, type Observable, of } from 'rxjs';
import { EDITOR } from '../../common/roles.js';
import { type Document, DocumentsStore } from './documents.store.js';
import { EditDocumentDto } from './edit-document.dto.js';
import { EditedDocumentDto } from './edited-document.dto.js';
import type { UpdateDto } from './update.dto.js';
import { UpdatesBus } from './updates.bus.js';

@Injectable()
export class DocumentsService {
  constructor(
    private readonly store: DocumentsStore,
    private readonly updates: UpdatesBus,
  ) {}

  @McpTool({
    name: 'edit_document',
    description: 'Makes, changes or deletes a shared document. Everyone who has subscribed to it is told',
    output: EditedDocumentDto,
    audit: ['doc_id', 'operation', 'version'],
    annotations: { destructiveHint: true },
  })
  @McpRoles(EDITOR)
  editDocument(edit: EditDocumentDto, { principal }: McpContext): EditedDocumentDto {
    const { tenant, subject: by } = principal;
    const { doc_id: id } = edit;
    const edited = this.store.edit(tenant, edit, by);
    const text = edited ? `version ${edited.version} (${edit.operation})` : 'deleted';
    this.updates.publish(tenant, { topic: 'documents', about: id, by, at: new Date().toISOString(), text });
    return { doc_id: id, version: edited?.version ?? 0, uri: `docs://${id}` };
  }

  @McpResource({
    uri: 'docs://{id}',
    name: 'document',
    description: 'A shared document with its version. Subscribe to hear of edits',
    mimeType: 'application/json',
  })
  document(
    @McpUriParam('id') id: string,
    { principal: { tenant } }: McpContext,
  ): Observable<Document | UpdateDto> {
    // Read at once, so that subscribing to a missing document fails.
    const content = this.store.read(tenant, id);
    return concat(of(content), this.changes(tenant).pipe(filter(({ about }) => about === id)));
  }

  @McpResource({
    uri: 'documents://current',
    name: 'documents',
    description: 'The shared documents that there are. Subscribe to hear of edits of any',
    mimeType: 'application/json',
  })
  documents({ principal: { tenant } }: McpContext): Observable<unknown> {
    const content = { documents: this.store.list(tenant).map(toEntry) };
    return concat(of(content), this.changes(tenant));
  }

  @McpComplete({ resource: 'docs://{id}', argument: 'id' })
  completeId(value: string, _others: unknown, { principal }: McpContext): string[] {
    const ids = this.store.list(principal.tenant).map(({ id }) => id);
    return ids.filter((id) => id.startsWith(value)).toSorted();
  }

  private changes(tenant: string | undefined): Observable<UpdateDto> {
    return this.updates.of(tenant).pipe(filter(({ topic }) => topic === 'documents'));
  }
}

function toEntry({ text, ...document }: Document): object {
  return { ...document, uri: `docs://${document.id}`, length: text.length };
}

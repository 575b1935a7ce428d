import { describe, expect, it } from '@jest/globals';
import { MAX_DOCUMENTS, MAX_LENGTH, MAX_TENANTS, MAX_TOTAL_LENGTH } from './documents.limits.js';
import { DocumentsStore } from './documents.store.js';

const FULL = 'The server is out of space for documents. Delete some, or try again later.';

describe('DocumentsStore', () => {
  it('limits the number of tenants, and keeps serving those it has', () => {
    const store = new DocumentsStore();
    const add = (tenant: number, doc_id = 'a') =>
      store.edit(String(tenant), { doc_id, operation: 'set', data: { text: '' } }, 'ada');
    for (let tenant = 0; tenant < MAX_TENANTS; tenant++) add(tenant);
    expect(() => add(MAX_TENANTS)).toThrow(FULL);
    expect(add(0, 'b')).toMatchObject({ version: 1 });
    expect(store.list(String(MAX_TENANTS))).toEqual([]);
  });

  it('limits the total text, and frees space when documents are deleted or shortened', () => {
    const store = new DocumentsStore();
    const perTenant = MAX_LENGTH * MAX_DOCUMENTS;
    const edit = (index: number, operation: 'set' | 'append' | 'delete', text = '', version?: number) => {
      const place = { doc_id: String(index % MAX_DOCUMENTS), operation, version } as const;
      return store.edit(String(Math.floor(index / MAX_DOCUMENTS)), { ...place, data: { text } }, 'ada');
    };
    const long = 'x'.repeat(MAX_LENGTH);
    const count = (MAX_TOTAL_LENGTH / perTenant) * MAX_DOCUMENTS;
    for (let index = 0; index < count; index++) edit(index, 'set', long);
    expect(() => edit(count, 'set', 'x')).toThrow(FULL);
    edit(0, 'set', long.slice(1), 1);
    expect(edit(count, 'set', 'x')).toMatchObject({ version: 1 });
    expect(() => edit(count, 'append', 'x')).toThrow(FULL);
    edit(1, 'delete', undefined, 1);
    expect(edit(count, 'append', 'x')).toMatchObject({ version: 2, text: 'xx' });
  });
});

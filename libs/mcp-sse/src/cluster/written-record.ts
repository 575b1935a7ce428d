import { type RecordField, type SessionRecord, recordFields } from '../model/cluster/session-record.js';

/** In the place of JSON: the store may have this, or what it had before. */
const UNCERTAIN = '';

/** What the store has of a session's record, so that only what changes is written. */
export class WrittenRecord {
  private readonly fields = new Map<string, string>();

  /** What is to be written for the store to have the record. It is not relied on until {@link confirm}. */
  changes(record: SessionRecord): RecordField[] {
    const present = new Map(recordFields(record));
    const changed: RecordField[] = [...present].filter(([name, json]) => this.fields.get(name) !== json);
    for (const name of this.fields.keys()) if (!present.has(name)) changed.push([name, null]);
    for (const [name] of changed) this.fields.set(name, UNCERTAIN);
    return changed;
  }

  /** The changes have been written. */
  confirm(changes: readonly RecordField[] = []): void {
    for (const [name, json] of changes)
      if (json === null) this.fields.delete(name);
      else this.fields.set(name, json);
  }
}

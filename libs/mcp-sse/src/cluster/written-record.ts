import { type RecordField, type SessionRecord, recordFields } from '../model/cluster/session-record.js';

/** Replaces the JSON of a field while the store may have its new or its old value. */
const UNCERTAIN = '';

/** Remembers what the store has of a session's record, so that only changes are written. */
export class WrittenRecord {
  private readonly fields = new Map<string, string>();

  /** Fields that have to be written. The store counts as having them after {@link confirm}. */
  changes(record: SessionRecord): RecordField[] {
    const present = new Map(recordFields(record));
    const changed: RecordField[] = [...present].filter(([name, json]) => this.fields.get(name) !== json);
    for (const name of this.fields.keys()) if (!present.has(name)) changed.push([name, null]);
    for (const [name] of changed) this.fields.set(name, UNCERTAIN);
    return changed;
  }

  /** Called once the changes are written. */
  confirm(changes: readonly RecordField[] = []): void {
    for (const [name, json] of changes)
      if (json === null) this.fields.delete(name);
      else this.fields.set(name, json);
  }
}

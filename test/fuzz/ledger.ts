import type { Id } from './acceptable.js';

interface Entry {
  sent: number;
  accepted: number;
  /** Sent, but nobody can know whether the server took it. */
  unsure: number;
  cancelled: number;
  answers: number;
}

/** How long anything may take before it counts as lost. */
export const PATIENCE_MS = 20_000;

/** What a client has asked and got: each accepted request is to be answered once, under its id. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly faults: string[] = [];
  private wake: () => void = () => undefined;

  /**
   * @param owner marks what the server must not send to anyone else
   * @param owners all that there are
   */
  constructor(
    private readonly owner: string,
    private readonly owners: Set<string>,
  ) {
    owners.add(owner);
  }

  /** Something happened that must not happen. */
  fault(what: string): void {
    this.faults.push(what);
    this.wake();
  }

  sending(ids: readonly Id[]): void {
    for (const id of ids) this.entry(id).sent++;
  }

  /** Whether the server may find one of these in flight: which of two came first, nobody knows. */
  isRepeated(ids: readonly Id[]): boolean {
    return ids.some((id) => this.entry(id).sent > 1);
  }

  accepted(ids: readonly Id[]): void {
    for (const id of ids) this.entry(id).accepted++;
  }

  unsure(ids: readonly Id[]): void {
    for (const id of ids) this.entry(id).unsure++;
  }

  cancelled(id: Id): void {
    this.entry(id).cancelled++;
    this.wake();
  }

  /** Takes what the server sent. @returns the requests of the server in it, which want an answer */
  received(message: Record<string, any>): Record<string, any>[] {
    if (message['jsonrpc'] !== '2.0') this.fault(`no message: ${JSON.stringify(message)}`);
    if ('method' in message) {
      if ('id' in message) return [message];
      return [];
    }
    if ('result' in message === 'error' in message) this.fault(`neither: ${JSON.stringify(message)}`);
    const { id, error, result } = message;
    if (error !== undefined && !Number.isSafeInteger(error.code)) this.fault(`code ${error.code}`);
    if (id !== null && id !== undefined) this.entry(id as Id).answers++;
    const text: unknown = result?.content?.[0]?.text;
    if (typeof text === 'string' && text !== this.owner && this.owners.has(text))
      this.fault(`got the answer to another client: ${text}`);
    this.wake();
    return [];
  }

  /** Whether a request of this id waits for its answer. */
  isOpen(id: Id): boolean {
    const { accepted, answers, cancelled } = this.entry(id);
    return answers < accepted - cancelled;
  }

  /** Resolves when nothing waits for an answer, or with what is wrong. */
  async settled(): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (this.faults.length === 0 && this.missing().length > 0 && Date.now() < deadline)
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, deadline - Date.now());
        this.wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    const missing = this.missing();
    if (missing.length > 0) this.fault(`never answered: ${missing.join(', ')}`);
  }

  /** @throws {Error} that says what is wrong, if anything is */
  assertSound(): void {
    for (const [key, { accepted, unsure, answers }] of this.entries)
      if (answers > accepted + unsure)
        this.faults.push(`${key}: ${answers} answers to ${accepted} + ${unsure}`);
    if (this.faults.length > 0) throw new Error(this.faults.slice(0, 10).join('\n'));
  }

  /** How many answers came. */
  get answers(): number {
    return [...this.entries.values()].reduce((sum, { answers }) => sum + answers, 0);
  }

  private missing(): string[] {
    return [...this.entries]
      .filter(([, { accepted, cancelled, answers }]) => answers < accepted - cancelled)
      .map(([key]) => key.slice(0, 60));
  }

  private entry(id: Id): Entry {
    const key = keyOf(id);
    let entry = this.entries.get(key);
    if (!entry)
      this.entries.set(key, (entry = { sent: 0, accepted: 0, unsure: 0, cancelled: 0, answers: 0 }));
    return entry;
  }
}

/** Tells 1 from "1". */
function keyOf(id: Id): string {
  return JSON.stringify(id);
}

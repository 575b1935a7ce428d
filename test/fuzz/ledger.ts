import type { Id } from './acceptable.js';

interface Entry {
  sent: number;
  accepted: number;
  /** Sent, but it is unknown whether the server accepted it. */
  unsure: number;
  cancelled: number;
  answers: number;
}

/** Time after which anything counts as lost. */
export const PATIENCE_MS = 20_000;

/** A client's requests and their answers. Each accepted request must be answered once, under its id. */
export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly faults: string[] = [];
  private wake: () => void = () => undefined;

  /**
   * @param owner the name in messages that the server must send to no other client
   * @param owners the names of all clients
   */
  constructor(
    private readonly owner: string,
    private readonly owners: Set<string>,
  ) {
    owners.add(owner);
  }

  /** Records a fault. */
  fault(what: string): void {
    this.faults.push(what);
    this.wake();
  }

  sending(ids: readonly Id[]): void {
    for (const id of ids) this.entry(id).sent++;
  }

  /** Whether the server may find one of these in flight. The order of arrival is unknown. */
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

  /** Records messages of the server. @returns the server's requests among them, which expect an answer */
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

  /** Whether a request with this id waits for its answer. */
  isOpen(id: Id): boolean {
    const { accepted, answers, cancelled } = this.entry(id);
    return answers < accepted - cancelled;
  }

  /** Resolves when no request waits for an answer, or there is a fault. */
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

  /** @throws {Error} listing the faults, if any */
  assertSound(): void {
    for (const [key, { accepted, unsure, answers }] of this.entries)
      if (answers > accepted + unsure)
        this.faults.push(`${key}: ${answers} answers to ${accepted} + ${unsure}`);
    if (this.faults.length > 0) throw new Error(this.faults.slice(0, 10).join('\n'));
  }

  /** Number of answers. */
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

/** Distinguishes 1 from "1". */
function keyOf(id: Id): string {
  return JSON.stringify(id);
}

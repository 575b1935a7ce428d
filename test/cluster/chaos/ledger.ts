import type { WireEvent } from '../../clients/wire-client.js';

/** The outcomes of the requests of a run. */
export interface Figures {
  /** Accepted: by a 202, or by an event id or an answer on the response to the POST. */
  requests: number;
  /** Answered with the result. */
  results: number;
  /** Answered with the error for lost requests. */
  lost: number;
  unanswered: number;
  /** Repeated answers and events. */
  duplicated: number;
  /** Events out of order or after a gap. */
  outOfOrder: number;
}

interface Entry {
  readonly steps: number;
  accepted: boolean;
  progress: number;
  answers: number;
  outcome?: 'results' | 'lost';
  settle: () => void;
  readonly settled: Promise<void>;
}

/** The error code for requests lost with their node. */
const LOST = -32_000;

/** The requests of one client and their outcomes. */
export class Ledger {
  /** Other faults. */
  readonly faults: string[] = [];
  private readonly entries = new Map<string, Entry>();
  private readonly eventIds = new Set<string>();
  private readonly positions = new Map<string, number>();
  private duplicated = 0;
  private outOfOrder = 0;

  /** @param client a unique name, which its requests carry */
  constructor(readonly client: string) {}

  /** Creates the id of a request about to be sent. @param steps number of progress reports to expect */
  ask(steps: number): string {
    const id = `${this.client}-${this.entries.size + 1}`;
    let settle!: () => void;
    const settled = new Promise<void>((resolve) => (settle = resolve));
    this.entries.set(id, { steps, accepted: false, progress: 0, answers: 0, settle, settled });
    return id;
  }

  /** Records that the server has accepted the request. */
  accept(id: string): void {
    this.entries.get(id)!.accepted = true;
  }

  /** Resolves with the answer. */
  answered(id: string): Promise<void> {
    return this.entries.get(id)!.settled;
  }

  isAnswered(id: string): boolean {
    return this.entries.get(id)!.answers > 0;
  }

  /** Records an event from the server. */
  read({ id, event, data }: WireEvent): void {
    // Events that open a resumed stream or only carry `retry` repeat the client's last id.
    if (event === 'endpoint' || data === undefined) return;
    if (id !== undefined && !this.isNext(id)) return;
    if (data) this.readMessage(data);
  }

  /** Records a message. */
  readMessage(json: string): void {
    const message = JSON.parse(json) as Record<string, any>;
    const id: unknown = message['id'] ?? message['params']?.progressToken;
    const entry = this.entries.get(String(id));
    if (!entry) this.fault(`a message that is none of ${this.client}'s: ${json.slice(0, 300)}`);
    else if ('method' in message) this.progressed(entry, message['params'].progress);
    else this.answer(String(id), entry, message);
  }

  fault(what: string): void {
    this.faults.push(`${new Date().toISOString()} ${what}`);
  }

  get figures(): Figures {
    const entries = [...this.entries.values()];
    const count = (matches: (entry: Entry) => boolean) => entries.filter(matches).length;
    return {
      requests: count(({ accepted }) => accepted),
      results: count(({ accepted, outcome }) => accepted && outcome === 'results'),
      lost: count(({ accepted, outcome }) => accepted && outcome === 'lost'),
      unanswered: count(({ accepted, answers }) => accepted && answers === 0),
      duplicated: this.duplicated,
      outOfOrder: this.outOfOrder,
    };
  }

  /** Unanswered requests. */
  get unanswered(): string[] {
    return [...this.entries].flatMap(([id, { accepted, answers }]) => (accepted && answers === 0 ? id : []));
  }

  /** Records an event's id. @returns false if it is a repetition */
  private isNext(id: string): boolean {
    if (this.eventIds.has(id)) {
      this.duplicated++;
      this.fault(`again: event ${id}`);
      return false;
    }
    this.eventIds.add(id);
    const dot = id.lastIndexOf('.');
    const stream = id.slice(0, dot);
    const position = Number.parseInt(id.slice(dot + 1), 36);
    const last = this.positions.get(stream) ?? 0;
    if (position <= last) this.misplaced(`event ${id} after position ${last.toString(36)}`);
    this.positions.set(stream, position);
    return true;
  }

  private progressed(entry: Entry, progress: number): void {
    if (progress !== entry.progress + 1 || entry.answers > 0)
      this.misplaced(`step ${progress} after ${entry.progress} and ${entry.answers} answers`);
    entry.progress = progress;
  }

  private answer(id: string, entry: Entry, { result, error }: Record<string, any>): void {
    entry.answers++;
    entry.settle();
    if (entry.answers > 1) {
      this.duplicated++;
      this.fault(`again: the answer to ${id}, ${JSON.stringify(error ?? 'a result')}`);
      return;
    }
    entry.outcome = error ? 'lost' : 'results';
    if (error) {
      if (error.code !== LOST) this.fault(`${id} was answered with ${JSON.stringify(error)}`);
      return;
    }
    if (result.structuredContent?.source !== id) this.fault(`${id} was answered with another's result`);
    if (entry.steps !== entry.progress) this.misplaced(`${id}: ${entry.progress} of ${entry.steps} steps`);
  }

  private misplaced(what: string): void {
    this.outOfOrder++;
    this.fault(`out of order for ${this.client}: ${what}`);
  }
}

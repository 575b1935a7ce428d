/** From which length, in characters, a message is not made longer. */
const FULL = 256 * 1024;

/** Learns what becomes of a text that is sent. */
export interface Sender {
  /** @param listeners how many there are on the channel */
  published?(listeners: number): void;
  failed(error: unknown): void;
}

/** What is sent on a channel together. */
interface Letter {
  text: string;
  readonly senders: Sender[];
}

/** Joins the texts that are sent on a channel in one turn of the event loop, each on a line of its own. */
export class Outbox {
  private letters = new Map<string, Letter>();

  /** @param publish sends a text on a channel; resolves with the number of listeners */
  constructor(private readonly publish: (channel: string, text: string) => Promise<number>) {}

  /** @param text without line breaks */
  send(channel: string, text: string, sender?: Sender): void {
    let letter = this.letters.get(channel);
    if (letter && letter.text.length + text.length < FULL) letter.text += `\n${text}`;
    else {
      if (letter) this.post(channel, letter);
      if (this.letters.size === 0) setImmediate(() => this.flush());
      letter = { text, senders: [] };
      this.letters.set(channel, letter);
    }
    if (sender) letter.senders.push(sender);
  }

  private flush(): void {
    const { letters } = this;
    this.letters = new Map();
    for (const [channel, letter] of letters) this.post(channel, letter);
  }

  private post(channel: string, { text, senders }: Letter): void {
    this.publish(channel, text).then(
      (listeners) => senders.forEach((sender) => sender.published?.(listeners)),
      (error: unknown) => senders.forEach((sender) => sender.failed(error)),
    );
  }
}

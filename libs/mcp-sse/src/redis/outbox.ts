/** From which length, in characters, a message is not made longer. */
const FULL = 256 * 1024;

/** What is sent on a channel together. */
interface Letter {
  text: string;
  readonly sent: Promise<number>;
  resolve: (listeners: Promise<number>) => void;
}

/** Joins the texts that are sent on a channel in one turn of the event loop, each on a line of its own. */
export class Outbox {
  private letters = new Map<string, Letter>();

  /** @param publish sends a text on a channel; resolves with the number of listeners */
  constructor(private readonly publish: (channel: string, text: string) => Promise<number>) {}

  /**
   * @param text without line breaks
   * @returns the number of listeners, once it is sent
   */
  send(channel: string, text: string): Promise<number> {
    let letter = this.letters.get(channel);
    if (letter && letter.text.length + text.length < FULL) {
      letter.text += `\n${text}`;
      return letter.sent;
    }
    if (letter) this.post(channel, letter);
    if (this.letters.size === 0) setImmediate(() => this.flush());
    letter = letterOf(text);
    this.letters.set(channel, letter);
    return letter.sent;
  }

  private flush(): void {
    const { letters } = this;
    this.letters = new Map();
    for (const [channel, letter] of letters) this.post(channel, letter);
  }

  private post(channel: string, { text, resolve }: Letter): void {
    resolve(this.publish(channel, text));
  }
}

function letterOf(text: string): Letter {
  let resolve!: Letter['resolve'];
  const sent = new Promise<number>((settle) => (resolve = settle));
  return { text, sent, resolve };
}

import { streamDeadline } from './stream-deadline.js';

/** What `setTimeout` takes at most. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Watches for the end of what a session's principal was recognised by. */
export class TokenExpiry {
  private expiresAt?: number;
  private timer?: NodeJS.Timeout;

  /**
   * @param isBusy whether to wait for the very end, so that what runs can still be answered
   * @param onExpiry called ahead of the end; again for each time that `watch` is called anew
   */
  constructor(
    private readonly isBusy: () => boolean,
    private readonly onExpiry: () => void,
  ) {}

  /** @param expiresAt milliseconds since the epoch; undefined for what does not expire */
  watch(expiresAt: number | undefined): void {
    if (this.timer && this.expiresAt === expiresAt) return;
    this.stop();
    this.expiresAt = expiresAt;
    if (expiresAt !== undefined) this.wakeAt(streamDeadline(expiresAt, Date.now()));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wakeAt(time: number): void {
    const ms = Math.min(MAX_TIMEOUT_MS, Math.max(0, time - Date.now()));
    this.timer = setTimeout(() => this.wake(time), ms).unref();
  }

  private wake(time: number): void {
    const now = Date.now();
    if (now < time) return this.wakeAt(time);
    if (this.isBusy() && now < this.expiresAt!) return this.wakeAt(this.expiresAt!);
    this.timer = undefined;
    this.onExpiry();
  }
}

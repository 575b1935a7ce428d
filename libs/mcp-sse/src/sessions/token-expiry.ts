import { LONGEST_DELAY_MS } from '../model/longest-delay.js';

const MAX_JITTER_MS = 30_000;

/** A session whose streams end when the token of its principal expires. */
export interface TokenHolder {
  /** Requests without an answer: while there are any, the streams stay until the very end. */
  readonly inFlight: number;
  /** Called ahead of the end; again after each `watch` with another time. */
  tokenExpires(): void;
}

/** Watches the expiry of a session's newest token. */
export class TokenExpiry {
  private expiresAt?: number;
  private timer?: NodeJS.Timeout;

  constructor(private readonly holder: TokenHolder) {}

  /** @param expiresAt milliseconds since the epoch; undefined for a token that does not expire */
  watch(expiresAt: number | undefined): void {
    if (this.timer && this.expiresAt === expiresAt) return;
    this.stop();
    this.expiresAt = expiresAt;
    if (expiresAt !== undefined) this.wakeAt(jittered(expiresAt, Date.now()));
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private wakeAt(time: number): void {
    const ms = Math.min(LONGEST_DELAY_MS, Math.max(0, time - Date.now()));
    this.timer = setTimeout(() => this.wake(time), ms).unref();
  }

  private wake(time: number): void {
    const now = Date.now();
    if (now < time) return this.wakeAt(time);
    if (this.holder.inFlight > 0 && now < this.expiresAt!) return this.wakeAt(this.expiresAt!);
    this.timer = undefined;
    this.holder.tokenExpires();
  }
}

/** Up to a tenth of the time left, at most 30 s, ahead of the expiry: clients that came together come back apart. */
function jittered(expiresAt: number, now: number): number {
  const jitter = Math.min(MAX_JITTER_MS, Math.max(0, expiresAt - now) / 10);
  return expiresAt - Math.random() * jitter;
}

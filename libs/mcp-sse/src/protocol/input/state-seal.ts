import { createCipheriv, createDecipheriv, hkdfSync, randomFillSync } from 'node:crypto';

/** Protects text that passes through a client. */
export interface Seal {
  seal(text: string): string;
  /** @returns undefined unless it was sealed with one of the secrets, and is unchanged */
  open(sealed: string): string | undefined;
}

interface SealKey {
  /** Version of the format and id of the key: the first bytes of what it sealed. */
  readonly header: Buffer;
  readonly secret: Buffer;
}

const CIPHER = 'aes-256-gcm';
/** Changes with the layout of the sealed bytes, and with the shape of the state in them. */
const VERSION = 1;
const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const HEADER_BYTES = 1 + KEY_ID_BYTES;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are drawn for this many states at a time: a draw takes about as long for one. */
const IVS_DRAWN = 128;

/**
 * Encrypts and authenticates text that passes through a client. Sealed bytes are: version, id of the key, IV, ciphertext,
 * tag; in base64url.
 */
export class StateSeal implements Seal {
  private readonly keys: readonly SealKey[];
  private readonly ivs = Buffer.alloc(IVS_DRAWN * IV_BYTES);
  private usedIvs = IVS_DRAWN;

  /** @param secrets at least one, each with at least 256 bits of entropy. The first seals, all open. */
  constructor(secrets: readonly string[]) {
    this.keys = secrets.map(sealKey);
  }

  seal(text: string): string {
    const { header, secret } = this.keys[0]!;
    const iv = this.nextIv();
    const cipher = createCipheriv(CIPHER, secret, iv, { authTagLength: TAG_BYTES }).setAAD(header);
    const encrypted = cipher.update(text, 'utf8');
    // Has no bytes: the mode needs no padding.
    cipher.final();
    return Buffer.concat([header, iv, encrypted, cipher.getAuthTag()]).toString('base64url');
  }

  open(sealed: string): string | undefined {
    const bytes = Buffer.from(sealed, 'base64url');
    // The decoder skips characters and bits that have no meaning.
    if (bytes.length < HEADER_BYTES + IV_BYTES + TAG_BYTES || bytes.toString('base64url') !== sealed)
      return undefined;
    const header = bytes.subarray(0, HEADER_BYTES);
    const key = this.keys.find((candidate) => candidate.header.equals(header));
    if (!key) return undefined;
    const iv = bytes.subarray(HEADER_BYTES, HEADER_BYTES + IV_BYTES);
    const decipher = createDecipheriv(CIPHER, key.secret, iv, { authTagLength: TAG_BYTES })
      .setAAD(header)
      .setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const opened = decipher.update(bytes.subarray(HEADER_BYTES + IV_BYTES, -TAG_BYTES));
      // Throws for another tag.
      decipher.final();
      return opened.toString('utf8');
    } catch {
      return undefined;
    }
  }

  /** Random, and never the same twice. Valid until the next call. */
  private nextIv(): Buffer {
    if (this.usedIvs === IVS_DRAWN) {
      randomFillSync(this.ivs);
      this.usedIvs = 0;
    }
    const start = this.usedIvs++ * IV_BYTES;
    return this.ivs.subarray(start, start + IV_BYTES);
  }
}

function sealKey(secret: string): SealKey {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', secret, '', `nestjs-mcp-sse requestState ${purpose}`, length));
  return {
    header: Buffer.concat([Buffer.of(VERSION), derive('key id', KEY_ID_BYTES)]),
    secret: derive('key', KEY_BYTES),
  };
}

import type {
  BlobResourceContents,
  ContentBlock,
  TextResourceContents,
} from '@modelcontextprotocol/sdk/types.js';
import { bytesOf } from '../model/json-data.js';

const TEXTUAL =
  /^(text\/.*|image\/svg\+xml|application\/(.*\+)?(json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson|sql|graphql))$/;
const JSON_TYPE = /^application\/(.*\+)?json$/;
const UNKNOWN = 'application/octet-stream';
const SIGNATURES: readonly (readonly [mimeType: string, offset: number, signature: string])[] = [
  ['image/png', 0, '\x89PNG'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF8'],
  ['image/webp', 8, 'WEBP'],
];

/** Bytes that a handler returned, or that were read from a stream or file it returned. */
export class Body {
  /** Bytes in memory, such as a Buffer, whose type is unknown. */
  static of(bytes: ArrayBufferLike | ArrayBufferView): Body {
    return new Body(bytesOf(bytes), UNKNOWN);
  }

  /** Without parameters; undefined when not given. */
  readonly mimeType: string | undefined;
  private readonly charset: string | undefined;

  /** @param contentType such as `text/plain; charset=latin1` */
  constructor(
    readonly bytes: Buffer,
    contentType?: string,
  ) {
    const [mimeType = '', ...parameters] = (contentType ?? '').split(';').map((part) => part.trim());
    this.mimeType = mimeType === '' ? undefined : mimeType.toLowerCase();
    this.charset = parameters
      .find((part) => /^charset=/i.test(part))
      ?.slice(8)
      .replaceAll('"', '');
  }

  /** The bytes as text, if their mime type is textual or, without a type, if they decode as text. */
  get text(): string | undefined {
    const isText = this.mimeType === undefined ? !this.bytes.includes(0) : TEXTUAL.test(this.mimeType);
    return isText ? decoded(this.bytes, this.charset) : undefined;
  }

  /** Whether its text, if it is one, is UTF-8. */
  get isUtf8(): boolean {
    return this.charset === undefined || /^utf-?8$/i.test(this.charset);
  }

  /** The parsed JSON, if the mime type is JSON and the bytes are valid. */
  get json(): unknown {
    if (this.mimeType === undefined || !JSON_TYPE.test(this.mimeType)) return undefined;
    try {
      return JSON.parse(this.text ?? '') as unknown;
    } catch {
      return undefined;
    }
  }

  /** A content block: text, an image, audio, or else an embedded resource named by `uri`. */
  block(uri: string): ContentBlock {
    const data = this.bytes.toString('base64');
    const mimeType = isKnown(this.mimeType) ? this.mimeType : (imageTypeOf(this.bytes) ?? this.mimeType);
    if (mimeType?.startsWith('image/') && mimeType !== 'image/svg+xml')
      return { type: 'image', data, mimeType };
    if (mimeType?.startsWith('audio/')) return { type: 'audio', data, mimeType };
    const { text } = this;
    if (text !== undefined) return { type: 'text', text };
    return { type: 'resource', resource: { uri, mimeType: mimeType ?? UNKNOWN, blob: data } };
  }

  /** The contents of a resource. */
  contents(uri: string, declaredType?: string): TextResourceContents | BlobResourceContents {
    const { bytes } = this;
    const mimeType = declaredType ?? this.mimeType;
    const { text } = declaredType === undefined ? this : new Body(bytes, declaredType);
    if (text !== undefined) return { uri, mimeType: mimeType ?? 'text/plain', text };
    return { uri, mimeType: mimeType ?? imageTypeOf(bytes) ?? UNKNOWN, blob: bytes.toString('base64') };
  }
}

function isKnown(mimeType: string | undefined): boolean {
  return mimeType !== undefined && mimeType !== UNKNOWN;
}

function decoded(bytes: Uint8Array, charset = 'utf-8'): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The mime type of an image, from its first bytes. */
function imageTypeOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return SIGNATURES.find(([, offset, signature]) => start.startsWith(signature, offset))?.[0];
}

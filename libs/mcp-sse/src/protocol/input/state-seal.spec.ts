import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { StateSeal } from './state-seal.js';

const TEXT = JSON.stringify({ answer: 'Größe', list: [1, 2, 3] });
const secret = () => randomBytes(32).toString('base64url');

/** A seal's bytes, made by hand. */
function sealedByHand(text: string, withSecret: string, version: number): string {
  const derive = (purpose: string, length: number) =>
    Buffer.from(hkdfSync('sha256', withSecret, '', `nestjs-mcp-sse requestState ${purpose}`, length));
  const header = Buffer.concat([Buffer.of(version), derive('key id', 8)]);
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', derive('key', 32), iv).setAAD(header);
  const encrypted = Buffer.concat([cipher.update(text), cipher.final()]);
  return Buffer.concat([header, iv, encrypted, cipher.getAuthTag()]).toString('base64url');
}

describe('a sealed state', () => {
  const key = secret();
  const seal = new StateSeal([key]);

  it('opens to the text, which it hides', () => {
    const sealed = seal.seal(TEXT);
    expect(seal.open(sealed)).toBe(TEXT);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(Buffer.from(sealed, 'base64url').includes('answer')).toBe(false);
  });

  it('differs each time', () => {
    expect(seal.seal(TEXT)).not.toBe(seal.seal(TEXT));
  });

  it('has an initialization vector that no other state of the key has, on any node', () => {
    const nodes = [seal, new StateSeal([key])];
    const ivs = Array.from({ length: 1_000 }, (_, index) =>
      Buffer.from(nodes[index % 2]!.seal(TEXT), 'base64url').toString('hex', 9, 21),
    );
    expect(new Set(ivs).size).toBe(ivs.length);
  });

  it('does not open once any bit of any byte is another', () => {
    const bytes = Buffer.from(seal.seal(TEXT), 'base64url');
    for (let index = 0; index < bytes.length * 8; index++) {
      const forged = Buffer.from(bytes);
      forged[index >> 3]! ^= 1 << (index & 7);
      expect(seal.open(forged.toString('base64url'))).toBeUndefined();
    }
  });

  it('does not open once any character is another, or one is added or missing', () => {
    const sealed = seal.seal(TEXT);
    for (let index = 0; index < sealed.length; index++) {
      const [before, after] = [sealed.slice(0, index), sealed.slice(index + 1)];
      for (const other of ['A', 'B', '_', '+', '/', '=', ' ', '\n', '\0', 'ä']) {
        const changed = before + other + after;
        expect(changed === sealed ? undefined : seal.open(changed)).toBeUndefined();
        expect(seal.open(before + other + sealed[index] + after)).toBeUndefined();
      }
      expect(seal.open(before + after)).toBeUndefined();
      expect(seal.open(before)).toBeUndefined();
    }
    for (const more of ['=', '==', ' ', '-TAMPERED', 'AAAA', sealed])
      expect(seal.open(sealed + more)).toBeUndefined();
  });

  it('has one spelling: unused bits of its last character count', () => {
    // One more byte than a multiple of 3 leaves 4 unused bits.
    const sealed = [TEXT, `${TEXT} `, `${TEXT}  `]
      .map((text) => seal.seal(text))
      .find((s) => s.length % 4 === 2)!;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = alphabet.indexOf(sealed.at(-1)!);
    expect(seal.open(sealed)).toBeDefined();
    expect(seal.open(sealed.slice(0, -1) + alphabet[last + 1])).toBeUndefined();
  });

  it('opens with each of the keys, and is sealed with the first', () => {
    const old = seal.seal(TEXT);
    const rotated = new StateSeal([secret(), key]);
    expect(rotated.open(old)).toBe(TEXT);
    expect(seal.open(rotated.seal(TEXT))).toBeUndefined();
    expect(new StateSeal([secret(), secret()]).open(old)).toBeUndefined();
  });

  it('opens on another node that has the same key', () => {
    expect(new StateSeal([key]).open(seal.seal(TEXT))).toBe(TEXT);
  });

  it('has this layout, and no other version of it', () => {
    expect(seal.open(sealedByHand(TEXT, key, 1))).toBe(TEXT);
    for (const version of [0, 2, 255]) expect(seal.open(sealedByHand(TEXT, key, version))).toBeUndefined();
  });

  it('does not open when it is empty or too short', () => {
    for (let length = 0; length < 40; length++)
      expect(seal.open(Buffer.alloc(length, 1).toString('base64url'))).toBeUndefined();
  });

  it('seals an empty text', () => {
    expect(seal.open(seal.seal(''))).toBe('');
  });
});

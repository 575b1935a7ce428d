import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { RememberedStates } from './remembered-states.js';
import { StateSeal, type Seal } from './state-seal.js';

/** Counts what is decrypted. */
class CountingSeal implements Seal {
  opened = 0;
  private readonly real = new StateSeal([randomBytes(32).toString('hex')]);

  seal(text: string): string {
    return this.real.seal(text);
  }

  open(sealed: string): string | undefined {
    this.opened++;
    return this.real.open(sealed);
  }
}

it('finds a state that it has sealed, and decrypts it when it comes again', () => {
  const seal = new CountingSeal();
  const states = new RememberedStates(seal);
  const sealed = states.seal('text');
  expect([states.open(sealed), seal.opened]).toEqual(['text', 0]);
  expect([states.open(sealed), seal.opened]).toEqual(['text', 1]);
});

it('asks the seal about all others', () => {
  const seal = new CountingSeal();
  const states = new RememberedStates(seal);
  const sealed = states.seal('text');
  expect(states.open(`${sealed}A`)).toBeUndefined();
  expect(states.open(seal.seal('of another node'))).toBe('of another node');
  expect(seal.opened).toBe(2);
});

it('forgets the oldest ones', () => {
  const seal = new CountingSeal();
  const states = new RememberedStates(seal);
  const [first, ...others] = Array.from({ length: 10 }, () => states.seal('x'.repeat(60_000)));
  expect(states.open(first!)).toHaveLength(60_000);
  expect(seal.opened).toBe(1);
  expect(states.open(others.at(-1)!)).toHaveLength(60_000);
  expect(seal.opened).toBe(1);
});

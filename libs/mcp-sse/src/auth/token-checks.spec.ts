import { describe, expect, it } from '@jest/globals';
import { AuthorizationServerException } from './authorization-server.client.js';
import { TokenChecks } from './token-checks.js';

describe('TokenChecks', () => {
  it('asks about 64 tokens at a time, lets 1,000 more wait, and refuses what comes on top', async () => {
    const checks = new TokenChecks<string>(60_000);
    const running: (() => void)[] = [];
    let asked = 0;
    const ask = () => {
      asked++;
      return new Promise<string>((resolve) => running.push(() => resolve('good')));
    };
    const all = Array.from({ length: 1_064 }, (_, index) => checks.check(`${index}`, ask));
    expect(asked).toBe(64);
    await expect(checks.check('one too many', ask)).rejects.toBeInstanceOf(AuthorizationServerException);
    running[0]!();
    await all[0];
    await new Promise(setImmediate);
    expect(asked).toBe(65);
  });
});

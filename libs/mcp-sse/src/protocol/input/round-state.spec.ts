import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ask,
  first,
  next,
  one,
  open,
  REQUEST,
  run,
  SETTINGS,
  warnings,
  type Asked,
  type Handler,
} from '../../../../../test/fixtures/rounds.js';
import { InputRounds } from './input-rounds.js';
import { StateSeal } from './state-seal.js';
import { MemoryUsedStates } from './used-states.js';

const INVALID_PARAMS = { code: -32602 };

afterEach(() => void warnings.splice(0));

describe('a state', () => {
  it.each([
    ['another principal', { principalKey: 'bob' }, 'belongs to another principal'],
    ['another server', { server: 'bank' }, 'belongs to another server'],
    ['another method', { method: 'prompts/get' }, 'belongs to a request of another method'],
    ['another route', { route: { tenant: 'globex' } }, 'belongs to a request with other parameters'],
  ])('of %s is refused', async (_other, request, problem) => {
    const { requestState } = await first(one);
    await expect(open({ requestState }, SETTINGS, request)).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: `Invalid params: "requestState" ${problem}. Send the request again without it.`,
    });
  });

  it.each([
    ['name', { name: 'sell' }],
    ['uri', { uri: 'shop://1' }],
    ['arguments', { arguments: { of: 'shoes', pairs: 3 } }],
    ['arguments (none)', { arguments: undefined }],
  ])('of a request with another %s is refused', async (_member, params) => {
    const { requestState } = await first(one);
    await expect(open({ requestState, ...params })).rejects.toMatchObject(INVALID_PARAMS);
  });

  it('fits a request that differs in _meta and the order of its arguments', async () => {
    const { requestState } = await first(one);
    const params = { requestState, _meta: { progressToken: 1 }, arguments: { pairs: 2, of: 'shoes' } };
    await expect(open(params)).resolves.toBeInstanceOf(InputRounds);
  });

  it('is refused for more arguments than a handler gets, whose digest would take long', async () => {
    const request = { ...REQUEST, params: { name: 'buy', arguments: { of: [1, 2, 3, 4, 5] } } };
    const { requestState } = (await run(one, new InputRounds(request, SETTINGS))) as Asked;
    expect(() =>
      InputRounds.open({ ...request, params: { ...request.params, requestState } }, SETTINGS),
    ).toThrow('belongs to a request with other parameters');
  });

  it('that has expired is refused', async () => {
    const { requestState } = await first(one, { ...SETTINGS, ttlMs: 0 });
    await expect(open({ requestState })).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: expect.stringContaining('has expired'),
    });
  });

  it('that was forged or is no string is refused', async () => {
    const { requestState } = await first(one);
    const stranger = new StateSeal([randomBytes(32).toString('hex')]);
    const foreign = await first(one, { ...SETTINGS, seal: stranger });
    const forged = [
      `${requestState}-TAMPERED`,
      requestState.slice(1),
      foreign.requestState,
      [requestState],
      '',
      null,
      1,
      {},
      [],
    ];
    for (const state of forged)
      await expect(open({ requestState: state })).rejects.toMatchObject(INVALID_PARAMS);
  });

  it('that is too long is refused before it is read', async () => {
    const { requestState } = await first(one);
    const unread = {
      ...SETTINGS,
      maxStateBytes: requestState.length - 1,
      seal: undefined as unknown as StateSeal,
    };
    await expect(open({ requestState }, unread)).rejects.toMatchObject({
      ...INVALID_PARAMS,
      message: expect.stringContaining('"input.maxStateBytes"'),
    });
    await expect(
      open({ requestState }, { ...SETTINGS, maxStateBytes: requestState.length }),
    ).resolves.toBeDefined();
  });

  it('that would be too long is not sent, but an error that says what to do', async () => {
    const large: Handler = async (rounds) => {
      await rounds.once('large', () => 'x'.repeat(30_000));
      return ask(rounds, 'sure?');
    };
    await expect(first(large)).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining('return its id from once()'),
    });
    expect(warnings).toEqual([expect.stringMatching(/^tools\/call buy: .*"input\.maxStateBytes"/)]);
  });

  it('may be used again, unless once is demanded', async () => {
    const { requestState } = await first(one);
    await open({ requestState });
    await open({ requestState });
    const settings = { ...SETTINGS, usedStates: new MemoryUsedStates() };
    const both = await Promise.allSettled([
      open({ requestState }, settings),
      open({ requestState }, settings),
    ]);
    expect(both).toEqual([
      { status: 'fulfilled', value: expect.any(InputRounds) },
      { status: 'rejected', reason: expect.objectContaining(INVALID_PARAMS) },
    ]);
    expect((both[1] as PromiseRejectedResult).reason).toHaveProperty(
      'message',
      expect.stringContaining('was used already'),
    );
  });

  it('that is refused is not used', async () => {
    const settings = { ...SETTINGS, usedStates: new MemoryUsedStates() };
    const { requestState } = await first(one);
    await expect(open({ requestState }, settings, { principalKey: 'bob' })).rejects.toMatchObject(
      INVALID_PARAMS,
    );
    await expect(open({ requestState }, settings)).resolves.toBeDefined();
  });

  it('comes with responses that are an object', async () => {
    for (const inputResponses of [null, [], 'x', 1, true])
      await expect(open({ inputResponses })).rejects.toMatchObject({
        ...INVALID_PARAMS,
        message: 'Invalid params: "inputResponses" must be an object',
      });
  });

  it('fits the request although its handler changes the arguments', async () => {
    const two: Handler = async (rounds) => [await ask(rounds, 'a?'), await ask(rounds, 'b?')];
    const asked = await first(two);
    const args = { of: 'shoes', pairs: 2 };
    const { requestState } = asked;
    const rounds = await open({ requestState, inputResponses: { '1': 'A' }, arguments: args });
    args.pairs = 99;
    const again = (await run(two, rounds)) as Asked;
    expect(await next(two, again, { '2': 'B' })).toEqual({ value: ['A', 'B'] });
  });
});

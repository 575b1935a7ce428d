import { beforeEach, describe, expect, it } from '@jest/globals';
import { Ledger } from './ledger.js';

/** Proves that the ledger detects faults, so that a run without faults means something. */
describe('the ledger of a client', () => {
  let ledger: Ledger;
  let position: number;

  beforeEach(() => {
    ledger = new Ledger('client');
    position = 0;
  });

  const event = (message: object, id = `session.${(++position).toString(36)}`) => ({
    id,
    event: 'message',
    data: JSON.stringify({ jsonrpc: '2.0', ...message }),
  });
  const step = (progressToken: string, progress: number) =>
    event({ method: 'notifications/progress', params: { progressToken, progress } });
  const result = (id: string, source = id) => event({ id, result: { structuredContent: { source } } });
  const error = (id: string, code: number) => event({ id, error: { code, message: 'gone' } });

  const ask = (steps = 0) => {
    const id = ledger.ask(steps);
    ledger.accept(id);
    return id;
  };

  const twice = <T>(value: T): T[] => [value, value];

  it('counts results, lost requests and unanswered requests', () => {
    const [answered, lost] = [ask(2), ask(), ask()];
    ledger.ask(0);
    for (const received of [step(answered, 1), step(answered, 2), result(answered), error(lost, -32_000)])
      ledger.read(received);
    expect(ledger.figures).toEqual({
      requests: 3,
      results: 1,
      lost: 1,
      unanswered: 1,
      duplicated: 0,
      outOfOrder: 0,
    });
    expect(ledger.unanswered).toEqual(['client-3']);
    expect(ledger.faults).toEqual([]);
  });

  it('accepts events that repeat the id of the last one', () => {
    const id = ask();
    const last = result(id);
    for (const received of [
      last,
      { id: last.id, event: 'endpoint', data: '/messages' },
      { id: last.id, retry: '1' },
    ])
      ledger.read(received);
    expect(ledger.faults).toEqual([]);
  });

  it.each<[string, 'duplicated' | 'outOfOrder', () => ReturnType<typeof event>[]]>([
    ['a second answer', 'duplicated', () => [result('client-1'), result('client-1')]],
    ['an event that comes again', 'duplicated', () => twice(step('client-1', 1))],
    [
      'an event behind a later one',
      'outOfOrder',
      () => [step('client-1', 1), { ...result('client-1'), id: 'session.0' }],
    ],
    ['a step that is missing', 'outOfOrder', () => [step('client-1', 2)]],
    [
      'a step after the answer',
      'outOfOrder',
      () => [step('client-1', 1), result('client-1'), step('client-1', 2)],
    ],
    ['a result without its steps', 'outOfOrder', () => [result('client-1')]],
  ])('finds %s', (_what, figure, events) => {
    ask(1);
    for (const received of events()) ledger.read(received);
    expect(ledger.figures[figure]).toBe(1);
    expect(ledger.faults).not.toEqual([]);
  });

  it.each([
    ['the result of another request', () => result('client-1', 'client-2')],
    ['an answer to another client', () => result('other-1')],
    ['an error that does not say that the request was lost', () => error('client-1', -32_603)],
  ])('finds %s', (_what, received) => {
    ask();
    ledger.read(received());
    expect(ledger.faults).toHaveLength(1);
  });
});

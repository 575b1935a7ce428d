import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import { UpstreamClient, type UpstreamSettings } from '../../src/features/hacker-news/upstream.client.js';
import { HackerNewsApi, reset, silent, status, text, type Behaviour } from '../fixtures/hacker-news-api.js';

const PATH = '/v0/item/1';
const AWAY = 'The API is overloaded or unavailable';

describe('the client of an API', () => {
  let api: HackerNewsApi;

  beforeEach(async () => {
    api = await HackerNewsApi.start();
    api.add({ id: 1 });
  });
  afterEach(() => api.close());

  const client = (settings: Partial<UpstreamSettings> = {}) =>
    new UpstreamClient({
      name: 'The API',
      timeoutMs: 20_000,
      attempts: 3,
      retryMs: 1,
      maxRetryAfterMs: 1_000,
      concurrency: 8,
      maxBytes: 1_000,
      ...settings,
    });
  const read = (settings?: Partial<UpstreamSettings>, signal = new AbortController().signal) =>
    client(settings).read(`${api.url}${PATH}.json`, z.object({ id: z.int() }), signal);

  it.each<[string, Behaviour, Partial<UpstreamSettings>?]>([
    ['an answer of 500', status(500)],
    ['an answer of 503', status(503)],
    ['an answer of 429', status(429)],
    ['an answer of 429 that asks for little patience', status(429, { 'retry-after': '0' })],
    ['a connection that breaks', reset],
    ['an answer that breaks off', (response) => response.write('{"id":', () => response.destroy())],
    ['an answer that does not come', silent, { timeoutMs: 1_000 }],
    ['an answer that never ends', (response) => response.write('{"id":'), { timeoutMs: 1_000 }],
  ])('asks again after %s', async (_title, behaviour, settings = {}) => {
    api.expect(PATH, behaviour);
    expect(await read(settings)).toEqual({ id: 1 });
    expect(api.count(PATH)).toBe(2);
  });

  it.each<[string, Behaviour, string, Partial<UpstreamSettings>?]>([
    ['is out of order', status(500), `${AWAY} (HTTP 500). Try again later.`],
    ['breaks connections', reset, 'The API cannot be reached. Try again later.'],
    ['does not answer', silent, 'The API did not answer within 100 ms. Try again later.', { timeoutMs: 100 }],
  ])('gives up after its attempts when the API %s', async (_title, behaviour, message, settings = {}) => {
    api.expect(PATH, behaviour, behaviour, behaviour, behaviour);
    await expect(read(settings)).rejects.toMatchObject({ name: 'UpstreamError', message, status: 502 });
    expect(api.count(PATH)).toBe(3);
  });

  it.each<[string, Behaviour, string]>([
    ['is refused', status(400), 'The API refused the request (HTTP 400).'],
    ['is forbidden', status(403), 'The API refused the request (HTTP 403).'],
    ['asks for what is not there', status(404), 'The API refused the request (HTTP 404).'],
    ['is answered no JSON', text('<html>'), 'The API returned an invalid response.'],
    ['is answered another shape', text('{"id":"1"}'), 'The API returned an invalid response.'],
    ['is answered too much', text(`{"id":1${' '.repeat(1_000)}}`), 'The API returned more than 1000 bytes.'],
    [
      'is asked for more patience than there is',
      status(429, { 'retry-after': '2' }),
      `${AWAY} (HTTP 429). Try again in 2 s.`,
    ],
  ])('does not repeat a request that %s', async (_title, behaviour, message) => {
    api.expect(PATH, behaviour);
    await expect(read()).rejects.toMatchObject({ name: 'UpstreamError', message });
    expect(api.count(PATH)).toBe(1);
  });

  it('waits as long as the API asks', async () => {
    api.expect(PATH, status(429, { 'retry-after': '1' }));
    const before = performance.now();
    expect(await read()).toEqual({ id: 1 });
    // Timers of Node may be a millisecond early.
    expect(performance.now() - before).toBeGreaterThan(990);
  });

  it('reads text split within a character', async () => {
    const [first, second] = [Buffer.from('{"id":1,"by":"\xc3', 'latin1'), Buffer.from('\xa9"}', 'latin1')];
    api.expect(PATH, (response) => response.write(first, () => response.end(second)));
    const schema = z.object({ by: z.string() });
    const { signal } = new AbortController();
    expect(await client().read(`${api.url}${PATH}.json`, schema, signal)).toEqual({ by: 'é' });
  });

  it('stops at once when it is cancelled while it waits for an answer', async () => {
    const controller = new AbortController();
    const asked = new Promise<void>((resolve) => api.expect(PATH, () => resolve()));
    const settled = Promise.allSettled([read({}, controller.signal)]);
    await asked;
    controller.abort();
    expect(await settled).toMatchObject([{ status: 'rejected', reason: { name: 'AbortError' } }]);
    expect(api.count(PATH)).toBe(1);
  });

  it('stops at once when it is cancelled while it waits for the next attempt', async () => {
    const reader = client({ concurrency: 1, retryMs: 60_000, maxRetryAfterMs: 60_000 });
    const readBy = (signal: AbortSignal) => reader.read(`${api.url}${PATH}.json`, z.unknown(), signal);
    const controller = new AbortController();
    api.expect(PATH, status(500));
    const settled = Promise.allSettled([readBy(controller.signal)]);
    // Its turn comes when the first attempt has failed.
    await readBy(new AbortController().signal);
    controller.abort();
    expect(await settled).toMatchObject([{ status: 'rejected', reason: { name: 'AbortError' } }]);
    expect(api.count(PATH)).toBe(2);
  });

  it('limits concurrent requests', async () => {
    const reader = client({ concurrency: 2 });
    api.hold(PATH);
    const { signal } = new AbortController();
    const answers = Promise.all(
      Array.from({ length: 6 }, () => reader.read(`${api.url}${PATH}.json`, z.unknown(), signal)),
    );
    while (api.holding < 2) await new Promise(setImmediate);
    // The third at a time; by its answer everything that was sent before has come.
    await fetch(`${api.url}/last`).then((response) => response.text());
    api.release();
    expect(await answers).toHaveLength(6);
    expect([api.busiest, api.count(PATH)]).toEqual([3, 6]);
  });
});

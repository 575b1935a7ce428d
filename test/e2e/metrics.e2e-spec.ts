import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { ifInstalled } from '../fixtures/if-installed.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';

const call = (name: string, id: unknown = name) => rpc(id, 'tools/call', { name });

/** The complaints of promtool about a scrape. */
function complaints(text: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve([error?.message, stdout, stderr].filter(Boolean).join('\n')),
    );
    child.stdin!.end(text);
  });
}

describe('metrics', () => {
  const { start } = appPerTest();

  /** Runs three clients of each transport at once, and returns what they sent and read. */
  async function load(url: string, rounds: number) {
    const totals = { posts: 0, sentBytes: 0, read: [] as string[] };
    const sse = async () => {
      const client = await WireClient.connect(`${url}/sse`);
      for (let round = 0; round < rounds; round++)
        for (const message of [
          call('work', round),
          call('fail', `f${round}`),
          call(randomUUID(), `u${round}`),
        ]) {
          totals.sentBytes += JSON.stringify(message).length;
          totals.posts++;
          await client.post(message);
          await client.answer((message as { id: unknown }).id);
        }
      totals.read.push(...client.events.filter(({ event }) => event === 'message').map(({ data }) => data!));
      client.close();
    };
    const http = async () => {
      const client = await HttpWireClient.connect(`${url}/mcp`);
      for (let round = 0; round < rounds; round++)
        for (const message of [
          call('work', round),
          call('fail', `f${round}`),
          call(randomUUID(), `u${round}`),
        ])
          await client.post(message);
      await client.delete();
    };
    await Promise.all([sse(), sse(), sse(), http(), http(), http()]);
    return totals;
  }

  it('count the messages of clients of both transports, by outcome', async () => {
    const { url } = await start(metered());
    const sent = await load(url, 10);
    const scrape = await Scrape.of(url);

    const outcomes = (labels: object) =>
      Object.fromEntries(
        scrape
          .of('mcp_requests_total', { server: 'test', ...labels })
          .map(({ labels: { outcome }, value }) => [outcome, value]),
      );
    expect(outcomes({ method: 'tools/call', name: 'work' })).toEqual({ ok: 60 });
    expect(outcomes({ method: 'tools/call', name: 'fail' })).toEqual({ failed: 60 });
    expect(outcomes({ method: 'tools/call', name: '(unknown)' })).toEqual({ failed: 60 });
    expect(outcomes({ method: 'initialize', name: '' })).toEqual({ ok: 3 });
    expect(scrape.sum('mcp_request_duration_seconds_count')).toBe(183);
    expect(scrape.sum('mcp_request_duration_seconds_bucket', { le: '+Inf', name: 'work' })).toBe(60);

    const bySse = { server: 'test', transport: 'sse' };
    const byHttp = { server: 'test', transport: 'streamable-http' };
    expect(scrape.sum('mcp_sessions_opened_total', bySse)).toBe(3);
    expect(scrape.sum('mcp_sessions_opened_total', byHttp)).toBe(3);
    expect(scrape.sum('mcp_received_messages_total', bySse)).toBe(sent.posts);
    expect(scrape.sum('mcp_received_bytes_total', bySse)).toBe(sent.sentBytes);
    // With "initialize" and "notifications/initialized".
    expect(scrape.sum('mcp_received_messages_total', byHttp)).toBe(sent.posts + 6);
    expect(scrape.sum('mcp_sent_messages_total', bySse)).toBe(sent.read.length);
    expect(scrape.sum('mcp_sent_bytes_total', bySse)).toBe(Buffer.byteLength(sent.read.join('')));
    expect(scrape.sum('mcp_sent_messages_total', byHttp)).toBe(sent.posts + 3);
    expect(scrape.of('mcp_sessions_closed_total', byHttp)).toMatchObject([
      { labels: { reason: 'client-closed' }, value: 3 },
    ]);
  });

  ifInstalled('/usr/bin/promtool', 'prometheus')('for promtool', () => {
    it('pass promtool, under load and after it', async () => {
      const { url } = await start(metered());
      const loading = load(url, 5);
      expect(await complaints((await Scrape.of(url)).text)).toBe('');
      await loading;
      const { text } = await Scrape.of(url);
      expect(await complaints(text)).toBe('');
      expect(await complaints(text.replaceAll('mcp_requests_total', 'mcp_requests'))).toContain('_total');
    });
  });

  it('have as many series as the server has features, whatever names clients send', async () => {
    const { url } = await start(metered());
    const client = await WireClient.connect(`${url}/sse`);
    const names = async () =>
      (await Scrape.of(url))
        .of('mcp_requests_total')
        .map(({ labels }) => `${labels['method']} ${labels['name']}`);
    for (let count = 0; count < 3; count++) {
      const word = randomUUID();
      await client.call(word, `${word}/list`);
      await client.callTool(1, word);
      await client.call(2, 'prompts/get', { name: word });
      await client.call(3, 'resources/read', { uri: `items://${word}` });
      await client.call(4, 'resources/read', { uri: `other://${word}` });
      await client.call(5, 'resources/read', { uri: `items://${word.repeat(400)}` });
      await client.call(6, 'resources/subscribe', { uri: `items://${word}` });
      await client.call(7, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'ask' },
        argument: { name: word, value: '' },
      });
      await client.call(8, 'completion/complete', {
        ref: { type: 'ref/resource', uri: 'items://{id}' },
        argument: { name: 'id', value: '' },
      });
      await client.call(9, 'completion/complete', { ref: word });
      await client.call(10, 'tools/call', { name: { word } });
    }
    expect(new Set(await names())).toEqual(
      new Set([
        '(unknown) ',
        'tools/call (unknown)',
        'prompts/get (unknown)',
        'resources/read items://{id}',
        'resources/read (unknown)',
        'resources/subscribe items://{id}',
        'completion/complete ask',
        'completion/complete items://{id}',
        'completion/complete (unknown)',
      ]),
    );
    client.close();
  });
});

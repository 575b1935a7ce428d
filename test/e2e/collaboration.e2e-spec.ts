import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { WireClient } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { notification, notificationsOf, settle } from '../fixtures/notifications.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const SECRET = 's'.repeat(32);
const NAME = 'notes';
const URI = `docs://${NAME}`;
const MESSAGE = 'notifications/message';
const UPDATED = 'notifications/resources/updated';
const PROGRESS = 'notifications/progress';

describe('people who work together', () => {
  let app: RunningApp;
  /** Each test uses its own tenant. */
  let tenant: string;
  let tenants = 0;
  let calls = 0;
  const clients: WireClient[] = [];

  beforeAll(async () => {
    app = await startReferenceApp({ MCP_AUTH: 'jwt', MCP_JWT_SECRET: SECRET });
  });
  afterAll(() => app.close(), 20_000);
  afterEach(() => clients.splice(0).forEach((client) => client.close()));

  const connect = async (sub: string, claims: object = { roles: ['editor'] }) => {
    const token = jwt.sign({ sub, tenant, ...claims }, SECRET, { expiresIn: '1h' });
    const client = await WireClient.connect(`${app.url}/sse`, { authorization: `Bearer ${token}` });
    clients.push(client);
    return client;
  };
  const fresh = (sub: string, claims?: object) => {
    tenant = `tenant-${++tenants}`;
    return connect(sub, claims);
  };
  const call = (client: WireClient, name: string, args: object) => client.callTool(`c${++calls}`, name, args);
  const edit = (client: WireClient, operation: string, version?: number, data?: object, doc_id = NAME) =>
    call(client, 'edit_document', { doc_id, operation, version, data });
  const versionOf = async (answer: ReturnType<typeof edit>) =>
    (await answer)['result'].structuredContent.version as number;
  const read = async (client: WireClient, uri = URI) => {
    const { result, error } = await client.call(`c${++calls}`, 'resources/read', { uri });
    return error ?? JSON.parse(result.contents[0].text);
  };
  const subscribe = (client: WireClient, uri: string) =>
    client.call(`c${++calls}`, 'resources/subscribe', { uri });
  /** Calls subscribe_updates, and returns once no update can be missed. */
  const listen = async (client: WireClient, args: object) => {
    await client.post({
      ...{ jsonrpc: '2.0', id: 'updates', method: 'tools/call' },
      params: { name: 'subscribe_updates', arguments: args, _meta: { progressToken: 'updates' } },
    });
    await notification(client, PROGRESS);
  };
  const received = async (client: WireClient) =>
    (await client.answer('updates'))['result'].structuredContent.updates.map(
      ({ about, text }: Record<string, string>) => `${about}: ${text}`,
    );

  it('create, edit and delete a document, one version after another', async () => {
    const ada = await fresh('ada');
    const { result } = await edit(ada, 'set', 0, { text: 'one two' });
    expect(result.structuredContent).toEqual({ doc_id: NAME, version: 1, uri: URI });
    expect(await versionOf(edit(ada, 'append', 1, { text: ' three' }))).toBe(2);
    expect(await versionOf(edit(ada, 'replace', 2, { find: 'two', text: '2' }))).toBe(3);
    expect(await read(ada)).toEqual({
      ...{ id: NAME, version: 3, text: 'one 2 three', editedBy: 'ada' },
      editedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
    expect(await versionOf(edit(ada, 'delete', 3))).toBe(0);
    expect(await read(ada)).toMatchObject({
      code: -32002,
      message: expect.stringMatching(/no document "notes"/),
    });
  });

  it('lose no edit: an edit of an older version is refused, with the current version and what to do', async () => {
    const [ada, bob] = [await fresh('ada'), await connect('bob')];
    await edit(ada, 'set', 0, { text: 'a' });
    const answers = await Promise.all([
      edit(ada, 'set', 1, { text: 'b' }),
      edit(bob, 'set', 1, { text: 'c' }),
    ]);
    const refused = answers.map(textOf).filter((text) => text.startsWith('isError'));
    expect(refused).toEqual([
      'isError: docs://notes is at version 2, but the edit is for version 1. Read it, redo the edit for its ' +
        'current text, and send it with version 2.',
    ]);
    for (const operation of ['set', 'delete'])
      expect(textOf(await edit(ada, operation, undefined, { text: 'd' }))).toMatch(
        /^isError: docs:\/\/notes is at version 2, but the edit names no version/,
      );
    expect(await read(ada)).toMatchObject({ version: 2 });
  });

  it('cannot edit a new document with the version of a deleted one', async () => {
    const ada = await fresh('ada');
    await edit(ada, 'set', 0, { text: 'old' });
    await edit(ada, 'delete', 1);
    expect(textOf(await edit(ada, 'set', 1, { text: 'x' }))).toMatch(
      /^isError: There is no document "notes"/,
    );
    const again = await versionOf(edit(ada, 'set', undefined, { text: 'new' }));
    expect(again).toBeGreaterThan(1);
    expect(textOf(await edit(ada, 'set', 1, { text: 'x' }))).toMatch(
      /^isError: docs:\/\/notes is at version/,
    );
  });

  it.each<[operation: string, data: Record<string, string>, message: string]>([
    ['set', {}, 'set needs data.text.'],
    ['append', {}, 'append needs data.text.'],
    ['replace', { text: 'x' }, 'replace needs data.find.'],
    [
      'replace',
      { find: 'b', text: 'x' },
      'data.find does not occur in docs://notes; it must occur exactly once.',
    ],
    [
      'replace',
      { find: 'a', text: 'x' },
      'data.find occurs 2 times in docs://notes; it must occur exactly once.',
    ],
    [
      'append',
      { text: 'x'.repeat(99_998) },
      'docs://notes would have 100001 characters; the limit is 100000.',
    ],
  ])('are told what is wrong with %s, %#', async (operation, data, message) => {
    const ada = await fresh('ada');
    await edit(ada, 'set', 0, { text: 'a a' });
    expect(textOf(await edit(ada, operation, 1, data))).toContain(`isError: ${message}`);
    expect(await read(ada)).toMatchObject({ version: 1, text: 'a a' });
  });

  it('are told that there is nothing to replace or delete', async () => {
    const ada = await fresh('ada');
    for (const operation of ['replace', 'delete'])
      expect(textOf(await edit(ada, operation, 0, { find: 'a', text: 'b' }))).toMatch(
        /^isError: There is no document "notes"\. documents:\/\/current lists/,
      );
  });

  it('may have 50 documents, and make room by deleting one', async () => {
    const ada = await fresh('ada');
    for (let index = 0; index < 50; index++) await edit(ada, 'set', 0, { text: 'x' }, `doc-${index}`);
    const { documents } = await read(ada, 'documents://current');
    expect(documents).toHaveLength(50);
    expect(documents[7]).toMatchObject({ id: 'doc-7', uri: 'docs://doc-7', length: 1, editedBy: 'ada' });
    expect(textOf(await edit(ada, 'set', 0, { text: 'x' }))).toBe(
      'isError: There are 50 documents. Delete one before you create another.',
    );
    const { version } = documents[0];
    expect(textOf(await edit(ada, 'append', version, { text: 'y' }, 'doc-0'))).not.toContain('isError');
    await edit(ada, 'delete', version + 1, undefined, 'doc-0');
    expect(textOf(await edit(ada, 'set', 0, { text: 'x' }))).not.toContain('isError');
    for (const { id, version } of (await read(ada, 'documents://current')).documents)
      await edit(ada, 'delete', version, undefined, id);
  });

  it('find documents by the beginning of their ids', async () => {
    const ada = await fresh('ada');
    for (const id of ['plan-b', 'plan-a', 'notes']) await edit(ada, 'set', 0, { text: 'x' }, id);
    const { result } = await ada.call('complete', 'completion/complete', {
      ref: { type: 'ref/resource', uri: 'docs://{id}' },
      argument: { name: 'id', value: 'plan' },
    });
    expect(result.completion.values).toEqual(['plan-a', 'plan-b']);
  });

  it('are notified of each edit of the resources they subscribed to, and of nothing else', async () => {
    const [ada, reader] = [await fresh('ada'), await connect('rita', {})];
    await edit(ada, 'set', 0, { text: 'a' });
    await subscribe(reader, URI);
    await subscribe(reader, 'documents://current');
    await edit(ada, 'append', 1, { text: 'b' });
    await edit(ada, 'set', 0, { text: 'x' }, 'other');
    await edit(ada, 'delete', 2);
    await settle(reader);
    expect(notificationsOf(reader, UPDATED).map(({ uri }) => uri as string)).toEqual([
      ...[URI, 'documents://current'],
      'documents://current',
      ...[URI, 'documents://current'],
    ]);
    expect((await subscribe(reader, 'docs://nothing'))['error']).toMatchObject({ code: -32002 });
  });

  it('send messages that all their clients show', async () => {
    const [ada, reader] = [await fresh('ada'), await connect('rita', {})];
    await call(ada, 'send_message', { message: 'Hello' });
    await call(ada, 'send_message', { message: 'Ship it', channel: 'releases' });
    await settle(ada, reader);
    const of = (about: string, text: string) => ({
      ...{ level: 'info', logger: about },
      data: { topic: 'messages', about, by: 'ada', at: expect.any(String), text },
    });
    for (const client of [ada, reader])
      expect(notificationsOf(client, MESSAGE)).toEqual([of('general', 'Hello'), of('releases', 'Ship it')]);
  });

  it('receive live updates that match their filters, up to their limit', async () => {
    const [ada, reader] = [await fresh('ada'), await connect('rita', {})];
    await listen(reader, { topic: 'documents', filters: ['notes', 'team-*'], limit: 3 });
    await call(ada, 'send_message', { message: 'no edit', channel: 'notes' });
    for (const id of [NAME, 'note', 'team-', 'my-team-', 'team-a', 'team-b'])
      await edit(ada, 'set', 0, { text: 'x' }, id);
    const updates = await received(reader);
    expect(updates).toEqual(
      ['notes: version', 'team-: version', 'team-a: version'].map((text) => expect.stringContaining(text)),
    );
    const progress = notificationsOf(reader, PROGRESS);
    expect(progress.map((step) => step['progress'] as number)).toEqual([0, 1, 2, 3]);
    expect(progress[1]!['message']).toMatch(/^notes: ada: version \d+ \(set\)$/);
    const live = notificationsOf(reader, MESSAGE).filter(({ logger }) => logger === 'documents');
    expect(live.map(({ data }) => data.about as string)).toEqual(['notes', 'team-', 'team-a']);
  });

  it('receive all updates of a topic without filters, for the time they set', async () => {
    const [ada, reader] = [await fresh('ada'), await connect('rita', {})];
    await listen(reader, { topic: 'messages', durationMs: 700 });
    await call(ada, 'send_message', { message: 'one' });
    await call(ada, 'send_message', { message: 'two', channel: 'b' });
    expect(await received(reader)).toEqual(['general: one', 'b: two']);
  });

  it('receive nothing more after they cancel', async () => {
    const [ada, reader] = [await fresh('ada'), await connect('rita', {})];
    await listen(reader, { topic: 'documents' });
    await reader.post({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'updates' },
    });
    await settle(reader);
    await edit(ada, 'set', 0, { text: 'x' });
    await settle(reader);
    expect(notificationsOf(reader, PROGRESS)).toHaveLength(1);
    expect(notificationsOf(reader, MESSAGE)).toEqual([]);
  });

  it('see nothing of another tenant', async () => {
    const ada = await fresh('ada');
    await edit(ada, 'set', 0, { text: 'a secret' });
    const home = tenant;
    const eve = await fresh('ada');
    expect(await read(eve)).toMatchObject({ code: -32002 });
    expect((await subscribe(eve, URI))['error']).toMatchObject({ code: -32002 });
    await subscribe(eve, 'documents://current');
    expect(await read(eve, 'documents://current')).toEqual({ documents: [] });
    await edit(eve, 'set', 0, { text: 'their own' });
    await subscribe(eve, URI);
    await listen(eve, { topic: 'documents', limit: 1 });
    const before = eve.events.length;
    tenant = home;
    const bob = await connect('bob');
    await edit(bob, 'append', undefined, { text: '!' });
    await call(bob, 'send_message', { message: 'secret' });
    await settle(eve);
    expect(eve.events).toHaveLength(before + 1);
    expect(await read(eve)).toMatchObject({ text: 'their own' });
    expect(await read(ada)).toMatchObject({ text: 'a secret!' });
  });

  it('can only read without the role editor', async () => {
    const ada = await fresh('ada');
    await edit(ada, 'set', 0, { text: 'a' });
    const reader = await connect('rita', { roles: ['reader'] });
    const { result } = await reader.call('list', 'tools/list');
    const names = result.tools.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['echo', 'hn_search', 'stream_data', 'subscribe_updates']));
    expect(names).not.toEqual(expect.arrayContaining(['edit_document']));
    expect(names).not.toEqual(expect.arrayContaining(['send_message']));
    for (const [name, args] of [
      ['edit_document', { doc_id: NAME, operation: 'delete', version: 1 }],
      ['send_message', { message: 'x' }],
    ] as const)
      expect(await call(reader, name, args)).toMatchObject({
        error: { code: -32602, message: `Unknown tool: ${name}` },
      });
    expect(await read(reader)).toMatchObject({ text: 'a' });
  });
});

describe('the reference application without authentication', () => {
  it('lets everyone on this machine edit, as the anonymous principal', async () => {
    const app = await startReferenceApp({});
    const client = await WireClient.connect(`${app.url}/sse`);
    const args = { doc_id: NAME, operation: 'set', version: 0, data: { text: 'x' } };
    expect(textOf(await client.callTool(1, 'edit_document', args))).toContain('"version":1');
    expect(textOf(await client.callTool(2, 'send_message', { message: 'x' }))).toContain('"by":"anonymous"');
    client.close();
    await app.close();
  });
});

import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { McpRegistry } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { Vault } from '../fixtures/vault.js';

type Ask = (id: unknown, method: string, params?: object) => Promise<Record<string, any>>;

interface Attack {
  readonly what: string;
  readonly method: string;
  /** @param name of what is hidden, or of nothing */
  readonly params: (name: string) => object;
  readonly hidden: string;
  readonly unknown: string;
  /** Whether it names the hidden thing exactly, so that an admin gets it. */
  readonly isExact: boolean;
}

const tool = (name: string) => ({ name });
const prompt = (name: string) => ({ name });
const resource = (uri: string) => ({ uri });
const promptArgument = (name: string) => ({
  ref: { type: 'ref/prompt', name },
  argument: { name: 'year', value: '' },
});
const variable = (uri: string) => ({
  ref: { type: 'ref/resource', uri },
  argument: { name: 'id', value: '' },
});

const NFC = 'résumé';
const exact = { isExact: true };
const similar = { isExact: false };

const ATTACKS: readonly Attack[] = [
  {
    what: 'a tool by its name',
    method: 'tools/call',
    params: tool,
    hidden: 'purge',
    unknown: 'absent',
    ...exact,
  },
  {
    what: 'a tool by another case',
    method: 'tools/call',
    params: tool,
    hidden: 'PURGE',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by full-width letters',
    method: 'tools/call',
    params: tool,
    hidden: 'ｐurge',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by a name with a zero-width space',
    method: 'tools/call',
    params: tool,
    hidden: 'purge\u200B',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by a name with a NUL',
    method: 'tools/call',
    params: tool,
    hidden: 'purge\u0000',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by a name with a space before it',
    method: 'tools/call',
    params: tool,
    hidden: ' purge',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by a name with a space after it',
    method: 'tools/call',
    params: tool,
    hidden: 'purge ',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a tool by a name of the prototype',
    method: 'tools/call',
    params: tool,
    hidden: '__proto__',
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a prompt by its name',
    method: 'prompts/get',
    params: prompt,
    hidden: NFC,
    unknown: 'absent',
    ...exact,
  },
  {
    what: 'a prompt by another case',
    method: 'prompts/get',
    params: prompt,
    hidden: NFC.toUpperCase(),
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a prompt by another Unicode form',
    method: 'prompts/get',
    params: prompt,
    hidden: NFC.normalize('NFD'),
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a resource by its URI',
    method: 'resources/read',
    params: resource,
    hidden: 'vault://gold',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a resource by the template that it has',
    method: 'resources/read',
    params: resource,
    hidden: 'vault://bars/1',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a resource by another case of its scheme, which is the same URI',
    method: 'resources/read',
    params: resource,
    hidden: 'VAULT://gold',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a resource by the text of its template',
    method: 'resources/read',
    params: resource,
    hidden: 'vault://bars/{id}',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a resource by a subscription',
    method: 'resources/subscribe',
    params: resource,
    hidden: 'vault://gold',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a resource by a subscription to what its template matches',
    method: 'resources/subscribe',
    params: resource,
    hidden: 'vault://bars/1',
    unknown: 'absent://one',
    ...exact,
  },
  {
    what: 'a prompt by a completion',
    method: 'completion/complete',
    params: promptArgument,
    hidden: NFC,
    unknown: 'absent',
    ...exact,
  },
  {
    what: 'a prompt by a completion in another Unicode form',
    method: 'completion/complete',
    params: promptArgument,
    hidden: NFC.normalize('NFD'),
    unknown: 'absent',
    ...similar,
  },
  {
    what: 'a template by a completion',
    method: 'completion/complete',
    params: variable,
    hidden: 'vault://bars/{id}',
    unknown: 'absent://{id}',
    ...exact,
  },
  {
    what: 'a resource by a completion',
    method: 'completion/complete',
    params: variable,
    hidden: 'vault://gold',
    unknown: 'absent://{id}',
    ...exact,
  },
];

describeOnAdapters('someone who looks for what is hidden', (adapter) => {
  let running: RunningApp;
  let asStaff: [transport: string, ask: Ask][];
  let asAdmin: [transport: string, ask: Ask][];
  const streams: WireClient[] = [];

  const askers = async (headers: Record<string, string>): Promise<[string, Ask][]> => {
    const sse = await WireClient.connect(`${running.url}/sse`, headers);
    const http = await HttpWireClient.connect(`${running.url}/mcp`, { headers });
    streams.push(sse);
    return [
      ['sse', (...request) => sse.call(...request)],
      ['streamable-http', (...request) => http.call(...request)],
    ];
  };

  beforeEach(async () => {
    running = await startApp({
      adapter,
      providers: [Vault],
      options: { guards: [HeaderUserGuard], limits: { pageSize: 2 } },
    });
    asStaff = await askers(userHeaders('mallory', ['staff'], 'vault:open vault:move'));
    asAdmin = await askers(userHeaders('ada', ['admin'], 'vault:open vault:move'));
  });

  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.close();
    await running.close();
  });

  it.each(ATTACKS)(
    'learns nothing and gets nothing: $what',
    async ({ method, params, hidden, unknown, isExact }) => {
      for (const [, ask] of asStaff) {
        const answer = await ask(1, method, params(hidden));
        const ofUnknown = JSON.stringify(await ask(1, method, params(unknown)));
        expect(answer['error']).toBeDefined();
        // Every byte is that of an unknown name but the name itself.
        const escaped = (name: string) => JSON.stringify(name).slice(1, -1);
        expect(JSON.stringify(answer)).toBe(ofUnknown.replaceAll(escaped(unknown), escaped(hidden)));
      }
      expect(running.app.get(Vault).runs).toEqual([]);
      for (const [, ask] of asAdmin)
        expect(Boolean((await ask(1, method, params(hidden)))['result'])).toBe(isExact);
    },
  );

  it('gets nothing by the cursor of someone who sees more', async () => {
    for (const [index, [, admin]] of asAdmin.entries()) {
      const { nextCursor } = (await admin(1, 'tools/list'))['result'];
      const [, staff] = asStaff[index]!;
      const foreign = await staff(2, 'tools/list', { cursor: nextCursor });
      expect(foreign['error'].code).toBe(-32602);
      expect(foreign).toEqual(await staff(2, 'tools/list', { cursor: 'made up' }));
      const own = (await staff(3, 'tools/list'))['result'];
      const rest = (await staff(4, 'tools/list', { cursor: own.nextCursor }))['result'];
      const names = [...own.tools, ...rest.tools].map(({ name }: { name: string }) => name);
      expect(names).toEqual(['hello', 'look', 'open']);
    }
  });

  it('cannot tell the number of hidden features from a cursor', async () => {
    const registry = running.app.get(McpRegistry);
    const [, ask] = asStaff[0]!;
    const { nextCursor } = (await ask(1, 'tools/list'))['result'];
    registry.addTool({ name: 'more', roles: ['admin'] }, () => '');
    expect((await ask(2, 'tools/list'))['result'].nextCursor).toBe(nextCursor);
  });

  it('is not notified of changes of a hidden resource', async () => {
    const [staff, admin] = [streams[0]!, streams[1]!];
    for (const [, ask] of [...asStaff, ...asAdmin])
      await ask(1, 'resources/subscribe', { uri: 'vault://gold' });
    running.sessions.resourceUpdated('vault://gold');
    expect(await admin.message()).toMatchObject({ method: 'notifications/resources/updated' });
    await staff.call('settle', 'ping');
    expect(JSON.stringify(staff.events)).not.toContain('resources/updated');
  });
});

import { describe, expect, it } from '@jest/globals';
import { McpClientError, McpContext, McpMissingCapabilityError } from 'nestjs-mcp-sse';
import { mcpContext } from './mcp-context.js';

const SIZE = {
  message: 'Which size?',
  requestedSchema: { type: 'object' as const, properties: { size: { type: 'number' as const } } },
};
const ASKED = {
  messages: [{ role: 'user' as const, content: { type: 'text' as const, text: 'Say thanks.' } }],
  maxTokens: 10,
};

describe('mcpContext', () => {
  it('is the context of an anonymous call in a session, unless told otherwise', () => {
    const ctx = mcpContext();
    expect(ctx).toBeInstanceOf(McpContext);
    expect(ctx.principal).toMatchObject({ subject: 'anonymous', roles: [], scopes: [] });
    expect(ctx).toMatchObject({ era: 'legacy', protocolVersion: '2025-11-25', headers: {}, params: {} });
    expect(ctx.session).toMatchObject({ principal: ctx.principal, attached: true });
    expect((ctx.request as { user?: object }).user).toBeUndefined();
  });

  it('has the given principal, headers, parameters and extras', () => {
    const ctx = mcpContext({
      principal: { subject: 'ada', tenant: 'acme', roles: ['manager'], claims: { plan: 'pro' } },
      headers: { 'X-Trace': '7' },
      params: { tenant: 'acme' },
      extras: { region: 'eu' },
    });
    const claims = { sub: 'ada', tenant: 'acme', scopes: [], roles: ['manager'], plan: 'pro' };
    expect(ctx.principal).toEqual({
      subject: 'ada',
      tenant: 'acme',
      scopes: [],
      roles: ['manager'],
      claims,
    });
    expect(ctx.request).toMatchObject({
      headers: { 'x-trace': '7' },
      params: { tenant: 'acme' },
      user: claims,
    });
    expect(ctx.headers).toEqual({ 'x-trace': '7' });
    expect(ctx).toMatchObject({ region: 'eu' });
  });

  it('has no session in the modern era', () => {
    const ctx = mcpContext({ era: 'modern' });
    expect(ctx).toMatchObject({ era: 'modern', protocolVersion: '2026-07-28', session: undefined });
  });

  it.each(['legacy', 'modern'] as const)('collects what is sent, in the %s era', (era) => {
    const ctx = mcpContext({ era });
    ctx.progress(1, 2, 'half');
    ctx.progress(1, 2, 'not more than before');
    ctx.progress(2);
    ctx.log.debug('looking');
    ctx.log.error({ code: 7 }, 'shop');
    ctx.notify('notifications/sold', { product: 'tea' });
    expect(ctx.sent).toEqual({
      progress: [{ progress: 1, total: 2, message: 'half' }, { progress: 2 }],
      logs: [
        { level: 'debug', data: 'looking' },
        { level: 'error', data: { code: 7 }, logger: 'shop' },
      ],
      notifications: [{ method: 'notifications/sold', params: { product: 'tea' } }],
      questions: [],
    });
  });

  it('answers questions with values', async () => {
    const answer = { role: 'assistant', model: 'm', content: { type: 'text', text: 'thanks' } } as const;
    const ctx = mcpContext({
      elicit: { action: 'accept', content: { size: 3 } },
      sample: answer,
      roots: [{ uri: 'file:///shop' }],
    });
    expect(await ctx.elicit(SIZE)).toEqual({ action: 'accept', content: { size: 3 } });
    expect(await ctx.sample(ASKED)).toEqual(answer);
    expect(await ctx.listRoots()).toEqual([{ uri: 'file:///shop' }]);
    expect(ctx.sent.questions).toEqual([
      { method: 'elicitation/create', params: SIZE },
      { method: 'sampling/createMessage', params: ASKED },
      { method: 'roots/list' },
    ]);
  });

  it('answers questions with functions of their parameters', async () => {
    const ctx = mcpContext({
      elicit: ({ message }) => ({ action: message === SIZE.message ? 'decline' : 'cancel' }),
    });
    expect(await ctx.elicit(SIZE)).toEqual({ action: 'decline' });
    expect(await ctx.elicit({ ...SIZE, message: 'Really?' })).toEqual({ action: 'cancel' });
  });

  it('refuses an answer that does not fit the form, as it would refuse that of a client', async () => {
    const ctx = mcpContext({ elicit: { action: 'accept', content: { size: 'large' } } });
    await expect(ctx.elicit(SIZE)).rejects.toThrow(McpClientError);
    await expect(ctx.elicit(SIZE)).rejects.toThrow('does not fit the form');
  });

  it('says what to give for a question without an answer', async () => {
    const ctx = mcpContext();
    await expect(ctx.elicit(SIZE)).rejects.toThrow(
      'The handler has asked its client (elicitation/create), and the test has no answer. ' +
        "Give one to mcpContext({ elicit: { action: 'accept', content: { … } } }), or a function that returns one.",
    );
    await expect(ctx.sample(ASKED)).rejects.toThrow('mcpContext({ sample: ');
    await expect(ctx.listRoots()).rejects.toThrow('mcpContext({ roots: ');
  });

  it('is that of a client without capabilities on demand', async () => {
    const ctx = mcpContext({ capabilities: {} });
    expect(ctx.clientCapabilities).toEqual({});
    await expect(ctx.elicit(SIZE)).rejects.toThrow(McpMissingCapabilityError);
  });

  it('is that of a client with the given extensions', () => {
    const ctx = mcpContext({ capabilities: { extensions: { 'io.modelcontextprotocol/ui': {} } } });
    expect(ctx.clientSupports('io.modelcontextprotocol/ui')).toBe(true);
    expect(ctx.clientSupports('io.modelcontextprotocol/tasks')).toBe(false);
    expect(ctx.clientSupports('constructor')).toBe(false);
    expect(mcpContext().clientSupports('io.modelcontextprotocol/ui')).toBe(false);
  });

  it('aborts with the given signal', () => {
    const cancellation = new AbortController();
    const ctx = mcpContext({ signal: cancellation.signal });
    expect(ctx.signal.aborted).toBe(false);
    cancellation.abort(new Error('enough'));
    expect(ctx.signal.reason).toMatchObject({ message: 'enough' });
    ctx.progress(1);
    expect(ctx.sent.progress).toEqual([]);
    expect(mcpContext({ signal: cancellation.signal }).signal.aborted).toBe(true);
  });

  it('runs steps, and refuses a key that is used twice', async () => {
    const ctx = mcpContext();
    expect(await ctx.once('now', () => new Date(0))).toBe('1970-01-01T00:00:00.000Z');
    await expect(ctx.once('now', () => 1)).rejects.toThrow('have the key "now"');
  });

  it('needs a subject of a principal', () => {
    expect(() => mcpContext({ principal: { subject: '' } })).toThrow('"principal" has no subject.');
  });
});

import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import { userHeaders } from '../fixtures/header-user.guard.js';

// Processes start slowly on a busy machine.
jest.setTimeout(120_000);

type Entry = Record<string, any>;

describe('each log entry', () => {
  let running: ChildApplication;

  /** Lets a user call a tool that fails and cancel another one. Returns the log lines once all are there. */
  async function linesWith(LOGGER: string): Promise<string[]> {
    running = await startTypeScript('test/fixtures/logged/main.ts', { env: { LOGGER } });
    const client = await WireClient.connect(`${running.url}/sse`, userHeaders('ada'));
    await client.callTool('call-1', 'fail');
    await client.post({ jsonrpc: '2.0', id: 'call-2', method: 'tools/call', params: { name: 'wait' } });
    const cancelled = { requestId: 'call-2', reason: 'no\nmore' };
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: cancelled });
    client.close();
    await new ModernWireClient(`${running.url}/mcp`, userHeaders('bob')).callTool('fail');
    // There is no event for what another process has printed.
    const text = () => running.output.join('');
    while (!(
      text().includes('cancelled request') &&
      text().split('tools/call fail failed').length > 2 &&
      text().includes('"cancelled"')
    ))
      await send(`${running.url}/`, { method: 'GET' });
    return text()
      .split('\n')
      .filter((line) => line !== '');
  }

  afterEach(() => running.stop());

  const ofCall = (requestId: string) => ({
    requestId,
    session: expect.stringMatching(/^[0-9a-f]{16}$/),
    transport: 'sse',
    subject: 'ada',
    correlationId: expect.stringMatching(/^[\w-]{36}$/),
  });

  it.each<[string, (entry: Entry) => Entry]>([
    ['pino', (entry) => entry],
    [
      'json',
      ({ message, ...entry }) => ({
        ...entry,
        ...(typeof message === 'string' ? { msg: message } : message),
      }),
    ],
  ])('is a line of JSON with session, principal and request: %s', async (logger, flat) => {
    const lines = await linesWith(logger);
    const entries = lines.map((line) => flat(JSON.parse(line) as Entry));

    const failure = entries.find(({ msg }) => String(msg).includes('It broke'))!;
    expect(failure).toMatchObject({ ...ofCall('call-1'), context: 'McpSseModule' });
    expect(failure['msg']).toContain(`tools/call fail failed: It broke.\\u000alevel=error forged`);
    expect(failure['stack']).toContain('at Tools.fail');
    expect(entries.find(({ msg }) => String(msg).includes('cancelled request'))).toMatchObject(
      ofCall('call-2'),
    );

    const sessionless = entries.find(({ subject, stack }) => subject === 'bob' && stack)!;
    expect(sessionless).toMatchObject({
      requestId: 1,
      correlationId: expect.stringMatching(/^[\w-]{36}$/),
      transport: 'streamable-http',
      subject: 'bob',
    });
    expect(sessionless).not.toHaveProperty('session');

    const audited = entries.find(({ audit }) => audit?.correlationId === failure['correlationId'])!;
    expect(audited).toMatchObject({
      msg: 'call failed',
      context: 'McpAudit',
      audit: { type: 'call', name: 'fail', subject: 'ada', session: failure['session'] },
    });
  });

  it("is a line of text by Nest's own logger, except for the frames of stacks", async () => {
    const lines = await linesWith('text');
    const [failure] = lines.filter((line) => line.includes('tools/call fail failed'));
    expect(failure).toMatch(
      /ERROR \[McpSseModule\] tools\/call fail failed: It broke\.\\u000a.* \(correlation id [\w-]{36}\)/,
    );
    expect(lines.filter((line) => line.includes('[McpAudit]'))).toContainEqual(
      expect.stringMatching(/ LOG \[McpAudit\] \{.*"type":"call",.*\}$/),
    );
    const strange = lines.filter((line) => !/^\[Nest\] |^Error: It broke|^ +at /.test(line));
    expect(strange).toEqual([]);
  });
});

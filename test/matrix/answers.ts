import { expect } from '@jest/globals';
import { connectModern } from '../clients/modern-client.js';
import { connectSdkClient, connectSdkHttpClient } from '../clients/sdk-client.js';
import type { ChildApplication } from '../fixtures/child-application.js';

interface Caller {
  listTools(): Promise<{ tools: { name: string }[] }>;
  callTool(call: { name: string; arguments: Record<string, unknown> }): Promise<object>;
  close(): Promise<void>;
}

/** How clients reach the application: the transports of sessions with SDK v1, and the modern era with v2. */
export const CLIENTS: Readonly<Record<string, (url: string) => Promise<Caller>>> = {
  'HTTP+SSE': (url) => connectSdkClient(`${url}/sse`),
  'Streamable HTTP': (url) => connectSdkHttpClient(`${url}/mcp`),
  'revision 2026-07-28': (url) => connectModern(url),
};

/** Calls the tools of `application/src/desk`: by a DTO, by a zod schema, and behind a guard. */
export async function answersCalls(
  { url }: ChildApplication,
  connect: (url: string) => Promise<Caller>,
): Promise<void> {
  const client = await connect(url);
  try {
    const call = (name: string, args: Record<string, unknown>) => client.callTool({ name, arguments: args });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(['count', 'offer', 'open', 'order']);
    expect(await call('order', { item: 'pen', count: 1 })).toMatchObject({
      structuredContent: { left: expect.any(Number) },
    });
    expect(await call('order', { item: 'pen', count: 0 })).toMatchObject({
      isError: true,
      content: [{ text: 'Invalid arguments: count must not be less than 1' }],
    });
    expect(await call('offer', { item: 'pen', currency: 'CHF' })).toMatchObject({
      structuredContent: { price: '3 CHF' },
    });
    expect(await call('offer', { item: 'pen', currency: 'USD' })).toMatchObject({ isError: true });
    expect(await call('open', { clerk: 'ada' })).toMatchObject({ content: [{ text: 'opened by ada' }] });
    expect(await call('open', { clerk: 'bob' })).toMatchObject({ isError: true });
  } finally {
    await client.close();
  }
}

/** Sends SIGTERM during a call, and expects its answer and an orderly end. @param end of the process */
export async function drains(
  { url, pid, exit, output }: ChildApplication,
  end: 0 | 'SIGTERM',
): Promise<void> {
  const client = await connectSdkHttpClient(`${url}/mcp`);
  const call = client.callTool({ name: 'count', arguments: {} }, undefined, {
    onprogress: () => process.kill(pid, 'SIGTERM'),
  });
  const result = await call.catch((cause: Error) => {
    throw new Error(`The call was not answered. The application printed:\n${output.join('')}`, { cause });
  });
  expect(result).toMatchObject({ content: [{ text: 'counted' }] });
  await client.close();
  expect(await exit).toBe(end);
}

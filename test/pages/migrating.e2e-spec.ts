import { expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { textOf } from 'nestjs-mcp-sse/testing';
import { userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const fromMcpNest = usePage('docs/migrating-from-mcp-nest.md');
const fromTheSdk = usePage('docs/migrating-from-the-sdk.md');

it('serves tools migrated from @rekog/mcp-nest', async () => {
  const mcp = await fromMcpNest.serve('migrated', { headers: userHeaders('ada', ['admin']) });
  const hello = await mcp.callTool({ name: 'hello-world' }, undefined, { onprogress: () => undefined });
  expect(textOf(hello)).toBe('Hello, World!');
  expect(mcp.notifications).toMatchObject([{ params: { progress: 1, total: 1 } }]);
  expect(textOf(await mcp.readResource({ uri: 'greetings://Ada' }))).toBe('Hello, Ada!');
  expect(textOf(await mcp.callTool({ name: 'reset' }))).toContain('stay as they are');
  const bob = await fromMcpNest.connect(mcp.url, { headers: userHeaders('bob') });
  expect((await bob.listTools()).tools.map(({ name }) => name)).toEqual(['hello-world']);
});

it('serves tools migrated from the SDK at their old path', async () => {
  const { WeatherModule } = await fromTheSdk.import<{ WeatherModule: Type }>('migrated');
  const mcp = await fromTheSdk.start(WeatherModule, { transport: 'sse', path: '/events' });
  const forecast = await mcp.callTool({ name: 'forecast', arguments: { city: 'Porto' } });
  expect(textOf(forecast)).toBe('Sun in Porto');
  expect(mcp.notifications).toMatchObject([{ params: { level: 'info', data: 'Porto' } }]);
});

it.each([fromMcpNest, fromTheSdk])('has no block without a test', (page) => {
  expect(page.untested).toEqual([]);
});

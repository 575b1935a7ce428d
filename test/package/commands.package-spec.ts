import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { connectSdkClient } from '../clients/sdk-client.js';
import { startChild } from '../fixtures/child-application.js';
import { codeBlocks, readmeCode } from '../fixtures/readme-blocks.js';

const INSTALL = 'npm ci && ';
const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
const continuousIntegration = readFileSync('.ci/run', 'utf8');

it("answers a client after the README's first command", async () => {
  const [command, ...args] = readmeCode('start').trim().replace(INSTALL, '').split(' ');
  const application = await startChild(command!, args, { group: true });
  try {
    const health = await fetch(`${application.url}/health`);
    expect(await health.json()).toMatchObject({ status: 'ok', transport: 'sse' });
    const client = await connectSdkClient(`${application.url}/sse`);
    const { content } = await client.callTool({ name: 'echo', arguments: { message: 'Hello' } });
    expect(content).toEqual([{ type: 'text', text: 'Hello' }]);
    await client.close();
  } finally {
    await application.stop();
  }
}, 120_000);

it("has the README's second command in continuous integration", () => {
  const commands = readmeCode('test').trim().split(' && ');
  expect(commands.filter((command) => !continuousIntegration.includes(command))).toEqual([]);
});

it('lists only existing commands that continuous integration runs in CONTRIBUTING.md', () => {
  const commands = codeBlocks('CONTRIBUTING.md').flatMap(({ code }) => code.trim().split('\n'));
  const unknown = commands.filter((command) => {
    const [, script] = /^npm (?:run )?([\w:]+)/.exec(command) ?? [];
    return !(command === 'bash .ci/run' || continuousIntegration.includes(command) || scripts[script ?? '']);
  });
  expect(unknown).toEqual([]);
});

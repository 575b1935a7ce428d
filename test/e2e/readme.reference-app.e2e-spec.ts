import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { McpRegistry } from 'nestjs-mcp-sse';
import { readmeCode } from '../fixtures/readme-blocks.js';
import { startReferenceApp } from '../fixtures/reference-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

const run = promisify(execFile);

describe('the reference application of the README', () => {
  let app: RunningApp;

  beforeAll(async () => void (app = await startReferenceApp({})));
  afterAll(() => app.close(), 20_000);

  it('offers the tools, resources and prompts that the README lists, and no others', () => {
    const { tools, resources, prompts } = app.app.get(McpRegistry);
    const [, section] = /^## The reference application\n(.*?)^## /ms.exec(readFileSync('README.md', 'utf8'))!;
    const rows = [...section!.matchAll(/^\| (`.*?) +\| (.*?) +\|$/gm)];
    const named = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    const listed = rows.flatMap(([, names]) => named(names!.replace('(role `editor`)', '')));
    expect(listed.toSorted()).toEqual(tools.map(({ name }) => name).toSorted());
    const shown = rows.flatMap(([, , text]) => named(text!)).toSorted();
    expect(shown).toEqual(
      [...resources.map(({ uri }) => uri), ...prompts.map(({ name }) => name)].toSorted(),
    );
    const forEditors = tools.filter(({ access }) => access.roles.includes('editor')).map(({ name }) => name);
    const marked = rows.filter(([, names]) => names!.includes('(role `editor`)'));
    expect(marked.flatMap(([, names]) => named(names!)[0]!).toSorted()).toEqual(forEditors.toSorted());
  });

  it('accepts the token that the README creates', async () => {
    const script = `${readmeCode('token')}printf ' %s' "$MCP_JWT_SECRET"`;
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script]);
    const [token, secret] = stdout.trim().split(/\s+/);
    const claims = jwt.verify(token!, secret!);
    expect(claims).toMatchObject({ sub: 'ada', roles: ['editor'], tenant: 'acme' });
  });
});

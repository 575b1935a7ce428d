import { describe, expect, it } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { McpConfigurationError, McpDuplicateNameError, McpTool } from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { Catalogue, Orders } from '../fixtures/large-set.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import type { AppFixture } from '../fixtures/start-app.js';

describe('the boot of a server with many tools', () => {
  const { start } = appPerTest();

  it.each([
    [{ above: -1 }, '"toolSearch.above" is -1'],
    [{ above: 1.5 }, '"toolSearch.above" is 1.5'],
    [{ maxResults: 0 }, '"toolSearch.maxResults" is 0'],
    [{ maxBytes: NaN }, '"toolSearch.maxBytes" is NaN'],
    [{ pinned: 'refund' }, '"toolSearch.pinned" must be an array'],
    [{ pined: [] }, 'no option "toolSearch.pined". Did you mean "toolSearch.pinned"'],
  ])('refuses the option %j', async (toolSearch, message) => {
    expect(await bootError({ options: { toolSearch: toolSearch as never } })).toEqual(
      anError(McpConfigurationError, message),
    );
  });

  it.each(['search_tools', 'call_tool'])(
    'refuses a tool of the application named %s, and says why',
    async (name) => {
      @Injectable()
      class Clashing {
        @McpTool({ name })
        own() {}
      }
      expect(await bootError({ providers: [Clashing], options: { toolSearch: {} } })).toEqual(
        anError(
          McpDuplicateNameError,
          `"${name}"`,
          'the option "toolSearch"',
          'Clashing.own',
          '@McpNamePrefix()',
        ),
      );
      expect((await bootError({ providers: [Clashing] })).message).toBe('the application started');
    },
  );

  it.each<[what: string, fixture: AppFixture, warning: RegExp | undefined]>([
    [
      'of more tools than clients take',
      { providers: [Catalogue] },
      /^warn 300 tools may be listed to one client\./,
    ],
    [
      'of as many that are not searched',
      { providers: [Catalogue], options: { toolSearch: { above: 300 } } },
      /300 tools.*Lower "toolSearch\.above"/,
    ],
    ['of none that are searched', { providers: [Catalogue], options: { toolSearch: {} } }, undefined],
    ['of few', { providers: [Orders] }, undefined],
    [
      'of a pinned tool that does not exist',
      { providers: [Orders], options: { toolSearch: { pinned: ['findOpenOrder', 'none'] } } },
      /"findOpenOrder", but there is no such tool now\. Did you mean "findOpenOrders"\?.*"none", but/s,
    ],
    ['of no tools at all', { options: { toolSearch: {} } }, /There are no tools, resources or prompts/],
  ])('warns %s, if so', async (_, fixture, warning) => {
    const log = new MemoryLog();
    await start({ ...fixture, configure: (app) => app.useLogger(log) });
    Logger.overrideLogger(false);
    const warned = log.lines.filter((line) => /listed|pinned|There are no/.test(line)).join('\n');
    expect(warned).toMatch(warning ?? /^$/);
  });
});

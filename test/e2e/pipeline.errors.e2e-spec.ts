import { createRequire } from 'node:module';
import { expect, it } from '@jest/globals';
import { BadRequestException, Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { Failing, MASKED } from '../fixtures/failing.js';
import { MemoryLog } from '../fixtures/memory-log.js';

describeOnAdapters('errors', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('that are HTTP exceptions show their message, all others a correlation id of the log', async () => {
    const log = new MemoryLog();
    const client = await connect({
      providers: [Failing],
      configure: (app) => app.useLogger(log),
    });
    expect(textOf(await client.callTool(1, 'conflict'))).toBe('isError: The order has been sent.');
    const text = textOf(await client.callTool(2, 'unknown'));
    expect(text).toMatch(MASKED);
    const logged = log.lines.find((line) => line.includes(MASKED.exec(text)![1]!));
    expect(logged).toContain('tools/call unknown failed: password=hunter2');
  });

  it('that are masked are logged once, with their stack; those that the client is told are not', async () => {
    const log = new MemoryLog();
    const client = await connect({
      providers: [Failing],
      configure: (app) => app.useLogger(log),
    });
    await client.callTool(1, 'unknown');
    await client.callTool(2, 'conflict');
    await client.callTool(3, 'ours');
    const errors = log.lines.filter((line) => line.startsWith('error'));
    expect(errors).toEqual([expect.stringMatching(/correlation id [^]*at Failing\.unknown/)]);
  });

  it('of the protocol become JSON-RPC errors, ours and those of the SDK', async () => {
    const guard: CanActivate = {
      canActivate() {
        throw new JsonRpcError(-32042, 'Log in first', { url: 'https://login.example' });
      },
    };
    @Injectable()
    class Features {
      @McpTool()
      ours() {
        throw new JsonRpcError(-32000, 'Ours', { detail: 1 });
      }
      @McpTool()
      async sdk() {
        await Promise.resolve();
        throw new McpError(ErrorCode.InvalidParams, 'Of the SDK', { detail: 2 });
      }
      @McpTool()
      @UseGuards(guard)
      guarded() {}
      @McpResource({ uri: 'it://1' })
      resource() {
        throw new JsonRpcError(-32001, 'Of a resource');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ours } = await client.callTool(1, 'ours');
    expect(ours).toEqual({ code: -32000, message: 'Ours', data: { detail: 1 } });
    const { error: sdk } = await client.callTool(2, 'sdk');
    expect(sdk).toEqual({ code: -32602, message: 'Of the SDK', data: { detail: 2 } });
    const { error: guarded } = await client.callTool(3, 'guarded');
    expect(guarded).toEqual({
      code: -32042,
      message: 'Log in first',
      data: { url: 'https://login.example' },
    });
    const { error: resource } = await client.call(4, 'resources/read', { uri: 'it://1' });
    expect(resource).toEqual({ code: -32001, message: 'Of a resource' });
  });

  it("become JSON-RPC errors when a CommonJS application throws the SDK's McpError", async () => {
    const commonJs = createRequire(import.meta.url)('@modelcontextprotocol/sdk/types.js') as {
      McpError: typeof McpError;
    };
    expect(commonJs.McpError).not.toBe(McpError);
    @Injectable()
    class Features {
      @McpTool()
      tool() {
        throw new commonJs.McpError(-32050, 'Of a tool', { detail: 1 });
      }
      @McpPrompt()
      prompt() {
        throw new commonJs.McpError(-32051, 'Of a prompt');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ofTool } = await client.callTool(1, 'tool');
    expect(ofTool).toEqual({ code: -32050, message: 'Of a tool', data: { detail: 1 } });
    const { error: ofPrompt } = await client.call(2, 'prompts/get', { name: 'prompt' });
    expect(ofPrompt).toEqual({ code: -32051, message: 'Of a prompt' });
  });

  it('of the protocol pass a catch-all filter of HTTP', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      ours() {
        throw new JsonRpcError(-32000, 'Ours');
      }
    }
    const client = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalFilters(new BaseExceptionFilter(app.getHttpAdapter())),
    });
    const { error } = await client.callTool(1, 'ours');
    expect(error).toEqual({ code: -32000, message: 'Ours' });
  });

  it('of resources and prompts are JSON-RPC errors with a permitted message or a correlation id', async () => {
    @Injectable()
    class Features {
      @McpResource({ uri: 'it://{id}' })
      resource() {
        throw new BadRequestException('No such id.');
      }
      @McpPrompt()
      prompt() {
        throw new Error('password=hunter2');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ofResource } = await client.call(1, 'resources/read', { uri: 'it://1' });
    expect(ofResource).toEqual({ code: -32602, message: 'No such id.' });
    const { error: ofPrompt } = await client.call(2, 'prompts/get', { name: 'prompt' });
    expect(ofPrompt).toEqual({ code: -32603, message: expect.stringMatching(/^Internal error \(corr/) });
  });

  it('that are not an Error are masked too', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      string() {
        // oxlint-disable-next-line no-throw-literal
        throw 'password=hunter2';
      }
      @McpTool()
      nothing() {
        // oxlint-disable-next-line prefer-promise-reject-errors
        return Promise.reject();
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'string'))).toMatch(MASKED);
    expect(textOf(await client.callTool(2, 'nothing'))).toMatch(MASKED);
  });
});

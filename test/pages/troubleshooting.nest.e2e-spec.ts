import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Inject,
  Injectable,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { IsString } from 'class-validator';
import { McpRegistry, McpRoles, McpScopes, McpTool } from 'nestjs-mcp-sse';
import { McpTestClient, textOf } from 'nestjs-mcp-sse/testing';
import { bootError } from '../fixtures/boot-error.js';
import { WrapEverything, WrapHttp } from '../fixtures/corporate/wrapping.interceptors.js';
import { HeaderUserGuard } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';
import { startApp, type AppFixture } from '../fixtures/start-app.js';
import { quoteIn } from '../fixtures/troubleshooting-page.js';

const run = promisify(execFile);
const page = usePage('docs/troubleshooting.md');
const environment = { ...process.env };

afterEach(() => {
  process.env = { ...environment };
});

/** A client of an application; both end with the test. */
async function serve(fixture: AppFixture, headers?: Record<string, string>): Promise<McpTestClient> {
  const { app } = await startApp(fixture);
  return page.start(app, { headers });
}

class NoteDto {
  @IsString()
  text!: string;
}

@Injectable()
class NoGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

describe('troubleshooting of the boot', () => {
  it('It has no authentication, in production', async () => {
    process.env['NODE_ENV'] = 'production';
    expect(quoteIn((await bootError({})).message)).toContain('has no authentication');
  });

  it('A controller is decorated', async () => {
    @Controller()
    class NotesController {
      @McpTool()
      list(): string {
        return 'none';
      }
    }
    const { message } = await bootError({ controllers: [NotesController] });
    expect(quoteIn(message)).toContain('move it to a class in the "providers"');
  });

  it('The arguments of a method have no schema', async () => {
    interface Note {
      text: string;
    }
    @Injectable()
    class Notes {
      @McpTool()
      add({ text }: Note): string {
        return text;
      }
    }
    expect(quoteIn((await bootError({ providers: [Notes] })).message)).toContain('is not a class');
  });

  it('A guard would not run', async () => {
    @Injectable()
    class Notes {
      @McpTool()
      @UseGuards(NoGuard)
      list(): string {
        return 'none';
      }
    }
    const providers = [{ provide: Notes, useFactory: () => new Notes() }];
    expect(quoteIn((await bootError({ providers })).message)).toContain('made by a factory or a value');
  });
});

describe('troubleshooting of calls', () => {
  it('Internal error, and a correlation id', async () => {
    @Injectable()
    class Notes {
      @McpTool()
      list(): string {
        throw new Error('a secret');
      }
    }
    const mcp = await serve({ providers: [Notes] });
    const result = await mcp.callTool({ name: 'list' });
    expect(() => textOf(result)).toThrow(/^Internal error \(correlation id [\w-]{36}\)$/);
    expect(quoteIn('Internal error (correlation id 1)')).toContain('correlation id');
  });

  it('Arguments are refused that look right', async () => {
    @Injectable()
    class Notes {
      @McpTool()
      add({ text }: NoteDto): string {
        return text;
      }
    }
    const mcp = await serve({ providers: [Notes] });
    const add = async (args: Record<string, unknown>) => mcp.callTool({ name: 'add', arguments: args });
    expect(quoteIn(JSON.stringify(await add({ text: 'a', note: 1 })))).toContain('should not exist');
    expect(await add({ text: 2 })).toMatchObject({ isError: true });
  });

  it('A tool is not in the list', async () => {
    @Injectable()
    class Notes {
      @McpTool()
      @McpRoles('editor')
      purge(): string {
        return 'purged';
      }
      @McpTool()
      @McpScopes('notes:write')
      write(): string {
        return 'written';
      }
    }
    const mcp = await serve({ providers: [Notes], options: { guards: [HeaderUserGuard] } });
    expect((await mcp.listTools()).tools).toEqual([]);
    expect(mcp.app.get(McpRegistry).tools.map(({ name }) => name)).toEqual(['purge', 'write']);
    await expect(mcp.callTool({ name: 'purge' })).rejects.toThrow('Unknown tool: purge');
    await expect(mcp.callTool({ name: 'write' })).rejects.toThrow('notes:write');
  });

  it('A guard for HTTP throws, or lets everyone pass', async () => {
    const seen: string[] = [];
    class HttpGuard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        seen.push(`${context.getType()} ${context.switchToHttp().getRequest<{ method: string }>().method}`);
        return true;
      }
    }
    @Injectable()
    class Notes {
      @McpTool()
      list(): string {
        return 'none';
      }
    }
    const mcp = await serve({
      providers: [Notes],
      configure: (app) => void app.useGlobalGuards(new HttpGuard()),
    });
    seen.length = 0;
    await mcp.callTool({ name: 'list' });
    expect(seen.filter((entry) => entry.endsWith('POST'))).toEqual(['http POST', 'mcp POST']);
  });

  it('Results are wrapped in something else', async () => {
    @Injectable()
    class Notes {
      @McpTool()
      list(): object {
        return { notes: [] };
      }
    }
    const resultWith = async (interceptor: WrapEverything) => {
      const configure: AppFixture['configure'] = (app) => void app.useGlobalInterceptors(interceptor);
      const mcp = await serve({ providers: [Notes], configure });
      return (await mcp.callTool({ name: 'list' }))['structuredContent'];
    };
    expect(await resultWith(new WrapEverything())).toEqual({ data: { notes: [] }, timestamp: 'now' });
    expect(await resultWith(new WrapHttp())).toEqual({ notes: [] });
  });

  it('A request-scoped provider has another request than expected', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Notes {
      constructor(@Inject(REQUEST) private readonly request: { method: string; headers: object }) {}
      @McpTool()
      where(): object {
        return { method: this.request.method, isOwn: 'x-own' in this.request.headers };
      }
    }
    const mcp = await serve({ providers: [Notes] }, { 'x-own': 'yes' });
    const { structuredContent } = await mcp.callTool({ name: 'where' });
    expect(structuredContent).toEqual({ method: 'POST', isOwn: true });
  });
});

describe('troubleshooting of modules', () => {
  it('Must use import to load ES Module, in Jest', async () => {
    writeFileSync(join(page.folder, 'package.json'), '{}');
    writeFileSync(join(page.folder, 'a.spec.js'), "it('loads', () => void require('@nestjs/common'));");
    const jest = resolve('node_modules/jest/bin/jest.js');
    const env = { ...process.env, NODE_OPTIONS: '' };
    const outcome = await run(process.execPath, [jest, '--rootDir', page.folder], {
      cwd: page.folder,
      env,
    }).catch((error: unknown) => error);
    expect(outcome).toMatchObject({
      stderr: expect.stringMatching(/Must use import to load ES Module|SyntaxError/),
    });
  }, 60_000);

  it('ERR_REQUIRE_ESM', async () => {
    const load = (...flags: string[]) => {
      const args = [...flags, '--eval', "require('@nestjs/common')"];
      return run(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } });
    };
    await expect(load()).resolves.toMatchObject({ stdout: '' });
    await expect(load('--no-experimental-require-module')).rejects.toMatchObject({
      stderr: expect.stringContaining('ERR_REQUIRE_ESM'),
    });
  });
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { transformSync } from '@swc/core';
import { type McpConfigurationError, McpParameterError, McpSchemaError } from 'nestjs-mcp-sse';
import ts from 'typescript';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';

const TOOLS = `
import { Injectable } from '@nestjs/common';
import { McpComplete, McpCtx, McpPrincipal, McpPrompt, McpResource, McpTool, type McpContext } from 'nestjs-mcp-sse';
import * as z from 'zod';

const Greeting = z.object({ name: z.string() });
type Greeting = z.infer<typeof Greeting>;

@Injectable()
export class Tools {
  @McpTool({ input: Greeting })
  both({ name }: Greeting, ctx: McpContext) {
    return name + ' ' + ctx.requestId;
  }
  @McpTool({ inputSchema: Greeting })
  args(args: Greeting) {
    return args.name;
  }
  @McpTool({ input: Greeting })
  defaulted({ name }: Greeting = { name: 'nobody' }, ctx?: McpContext) {
    return name + ' ' + ctx?.requestId;
  }
  @McpTool()
  context(ctx: McpContext) {
    return String(ctx.requestId);
  }
  @McpTool()
  nothing() {
    return 'nothing';
  }
  @McpTool({ input: Greeting })
  decorated(@McpCtx() ctx: McpContext) {
    return String(ctx.requestId);
  }
  @McpTool()
  principal(@McpPrincipal() { subject }: McpPrincipal, ctx: McpContext) {
    return subject + ' ' + ctx.requestId;
  }
  @McpResource({ uri: 'fixed://one' })
  fixed(ctx: McpContext) {
    return String(ctx.requestId);
  }
  @McpResource({ uri: 'varied://{name}' })
  varied(variables: { name: string }, ctx: McpContext) {
    return variables.name + ' ' + ctx.requestId;
  }
  @McpPrompt({ args: Greeting })
  greet({ name }: Greeting, ctx: McpContext) {
    return name + ' ' + ctx.requestId;
  }
  @McpPrompt()
  plain(ctx: McpContext) {
    return String(ctx.requestId);
  }
  @McpComplete({ prompt: 'greet', argument: 'name' })
  names(value: string, others: Record<string, string>, ctx: McpContext) {
    return [value, JSON.stringify(others), String(ctx.requestId)];
  }
}
`;

/** Each method is a mistake. */
const MISTAKES = `
import { Injectable } from '@nestjs/common';
import { McpComplete, McpPrompt, McpTool, type McpContext } from 'nestjs-mcp-sse';
import * as z from 'zod';

const Greeting = z.object({ name: z.string() });
type Greeting = z.infer<typeof Greeting>;

@Injectable()
export class ContextForArguments {
  @McpTool({ input: Greeting })
  run(ctx: McpContext) {}
}
@Injectable()
export class ContextFirst {
  @McpTool({ input: Greeting })
  run(ctx: McpContext, args: Greeting) {}
}
@Injectable()
export class TooMany {
  @McpTool({ input: Greeting })
  run(args: Greeting, ctx: McpContext, request: object) {}
}
@Injectable()
export class Undescribed {
  @McpTool()
  run(args: { name: string }) {}
}
@Injectable()
export class UndescribedPattern {
  @McpTool()
  run({ name }: { name: string }) {}
}
@Injectable()
export class ContextOfCompletion {
  @McpPrompt({ args: Greeting })
  greet(args: Greeting) {}
  @McpComplete({ prompt: 'greet', argument: 'name' })
  run(value: string, ctx: McpContext) {}
}
`;

const REST = `
import { Injectable } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';

@Injectable()
export class Rest {
  @McpTool({ input: { type: 'object' } })
  run(...args: object[]) {}
}
`;

const swc = (source: string, decoratorMetadata: boolean) =>
  transformSync(source, {
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true },
      transform: { legacyDecorator: true, decoratorMetadata, useDefineForClassFields: false },
    },
    module: { type: 'es6' },
    isModule: true,
  }).code;

const tsc = (source: string) =>
  ts.transpileModule(source, {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      isolatedModules: true,
      verbatimModuleSyntax: true,
    },
  }).outputText;

const folder = mkdtempSync(join(tmpdir(), 'context-types-'));
symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([
  { compiler: 'tsc', compile: tsc, hasTypes: true },
  { compiler: 'swc', compile: (source: string) => swc(source, true), hasTypes: true },
  {
    compiler: 'a compiler that emits no metadata',
    compile: (source: string) => swc(source, false),
    hasTypes: false,
  },
])('with McpContext imported as a type, and $compiler,', ({ compiler, compile, hasTypes }) => {
  const { connect } = appPerTest();

  async function compiled(name: string, source: string): Promise<Record<string, Type>> {
    const path = join(folder, compiler.replaceAll(' ', '-'), `${name}.js`);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, compile(source));
    return (await import(pathToFileURL(path).href)) as Record<string, Type>;
  }

  it('parameters get the arguments and the context', async () => {
    const { Tools } = await compiled('tools', TOOLS);
    const client = await connect({ providers: [Tools!] });
    const call = async (id: number, name: string, args?: object) =>
      textOf(await client.callTool(id, name, args));
    const ada = { name: 'Ada' };
    expect(await call(1, 'both', ada)).toBe('Ada 1');
    expect(await call(2, 'args', ada)).toBe('Ada');
    expect(await call(3, 'defaulted', ada)).toBe('Ada 3');
    expect(await call(4, 'context')).toBe('4');
    expect(await call(5, 'nothing')).toBe('nothing');
    expect(await call(6, 'decorated', ada)).toBe('6');
    expect(await call(7, 'principal')).toBe('anonymous 7');

    const read = async (id: number, uri: string) =>
      (await client.call(id, 'resources/read', { uri })).result.contents[0].text;
    expect(await read(8, 'fixed://one')).toBe('8');
    expect(await read(9, 'varied://Ada')).toBe('Ada 9');

    const get = async (id: number, name: string, args?: object) =>
      (await client.call(id, 'prompts/get', { name, arguments: args })).result.messages[0].content.text;
    expect(await get(10, 'greet', ada)).toBe('Ada 10');
    expect(await get(11, 'plain')).toBe('11');

    const { result } = await client.call(12, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'greet' },
      argument: { name: 'name', value: 'A' },
    });
    expect(result.completion.values).toEqual(['A', '{}', '12']);
  });

  it.each<[string, new (...args: never[]) => McpConfigurationError, string[]]>([
    [
      'ContextForArguments',
      McpParameterError,
      ['parameter 1', 'name of the context', '@McpCtx()', '@McpArgs()'],
    ],
    ['ContextFirst', McpParameterError, ['parameter 1', 'name of the context', '@McpCtx()', '@McpArgs()']],
    ['TooMany', McpParameterError, ['parameter 3', 'Use @McpArgs()']],
    [
      'Undescribed',
      McpSchemaError,
      ['"input"', hasTypes ? 'not a class' : 'emitDecoratorMetadata', '@McpCtx()'],
    ],
    ['UndescribedPattern', McpSchemaError, ['"input"', hasTypes ? 'not a class' : 'emitDecoratorMetadata']],
    ['ContextOfCompletion', McpParameterError, ['parameter 2', 'name of the context']],
  ])('%s stops the boot and says what to write', async (name, type, parts) => {
    const { [name]: mistake } = await compiled('mistakes', MISTAKES);
    expect(await bootError({ providers: [mistake!] })).toEqual(anError(type, `${name}.run`, ...parts));
  });

  if (!hasTypes)
    it('parameters that nobody can count stop the boot', async () => {
      const { Rest } = await compiled('rest', REST);
      expect(await bootError({ providers: [Rest!] })).toEqual(
        anError(McpParameterError, 'Rest.run', 'parameter 1', 'Name each parameter'),
      );
    });
});

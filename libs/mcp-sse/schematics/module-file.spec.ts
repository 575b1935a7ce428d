import { describe, expect, it } from '@jest/globals';
import typescript from 'typescript';
import { declare, type Declaration } from './module-file.js';

const TOOL: Declaration = { property: 'providers', symbol: 'Tool', from: './tool.js' };
const MODULE: Declaration = {
  property: 'imports',
  symbol: 'McpModule',
  from: 'mcp',
  expression: `McpModule.forRoot({\n  name: 'mcp',\n})`,
};

function declared(text: string, declaration: Declaration): string {
  return declare(typescript, text, declaration);
}

describe('declare', () => {
  it.each([
    ['an empty object', '{}', '{\n  providers: [Tool],\n}'],
    ['an empty list', '{ providers: [] }', '{ providers: [Tool] }'],
    ['a line', '{ providers: [One, Two] }', '{ providers: [One, Two, Tool] }'],
    ['a line with a comma at its end', '{ providers: [One,] }', '{ providers: [One, Tool,] }'],
    [
      'lines',
      '{\n\tproviders: [\n\t\tOne,\n\t\tTwo // two\n\t],\n}',
      '{\n\tproviders: [\n\t\tOne,\n\t\tTwo,\n\t\tTool // two\n\t],\n}',
    ],
    [
      'lines with a comma at their end, and a comment',
      '{\n  providers: [\n    One, // one\n  ],\n}',
      '{\n  providers: [\n    One, // one\n    Tool,\n  ],\n}',
    ],
    ['another property', '{ controllers: [One] }', '{ controllers: [One], providers: [Tool] }'],
    [
      'another property in lines',
      '{\n  controllers: [One],\n}',
      '{\n  controllers: [One],\n  providers: [Tool],\n}',
    ],
    ['a name in quotes', `{ 'providers': [] }`, `{ 'providers': [Tool] }`],
    ['the class already', '{ providers: [Tool] }', '{ providers: [Tool] }'],
  ])('adds a class to %s', (_, before, after) => {
    const text = (metadata: string) =>
      `import { Tool } from './tool.js';\n@Module(${metadata})\nexport class A {}\n`;
    expect(declared(text(before), TOOL)).toBe(text(after));
  });

  it.each([
    [
      'an empty list',
      '{\n  imports: [],\n}',
      "{\n  imports: [\n    McpModule.forRoot({\n      name: 'mcp',\n    }),\n  ],\n}",
    ],
    [
      'a list in one line',
      '{\n  imports: [One, Two.forRoot()],\n}',
      `{\n  imports: [\n    One,\n    Two.forRoot(),\n    McpModule.forRoot({\n      name: 'mcp',\n    }),\n  ],\n}`,
    ],
    [
      'lines',
      '{\n  imports: [\n    One,\n  ],\n}',
      `{\n  imports: [\n    One,\n    McpModule.forRoot({\n      name: 'mcp',\n    }),\n  ],\n}`,
    ],
    [
      'metadata without imports, before the rest',
      '{\n  providers: [],\n}',
      `{\n  imports: [\n    McpModule.forRoot({\n      name: 'mcp',\n    }),\n  ],\n  providers: [],\n}`,
    ],
    [
      'a list that has it already',
      '{ imports: [McpModule.forRootAsync({})] }',
      '{ imports: [McpModule.forRootAsync({})] }',
    ],
  ])('adds an expression of several lines to %s', (_, before, after) => {
    const text = (metadata: string) => `import { McpModule } from 'mcp';\n@Module(${metadata})\nclass A {}\n`;
    expect(declared(text(before), MODULE)).toBe(text(after));
  });

  it.each([
    ['no imports', '', `import { Tool } from './tool.js';\n`],
    [
      'the quotes of the file and no semicolons',
      `import { Module } from "@nestjs/common"\n`,
      `import { Module } from "@nestjs/common"\nimport { Tool } from "./tool.js"\n`,
    ],
    [
      'names of the same file',
      `import {\n  Two,\n  One,\n} from './tool.js';\n`,
      `import {\n  Two,\n  One,\n  Tool,\n} from './tool.js';\n`,
    ],
    [
      'types of the same file',
      `import type { One } from './tool.js';\n`,
      `import type { One } from './tool.js';\nimport { Tool } from './tool.js';\n`,
    ],
    [
      'lines that end as on Windows',
      `import { One } from './one.js';\r\n`,
      `import { One } from './one.js';\r\nimport { Tool } from './tool.js';\r\n`,
    ],
  ])('imports the class beside %s', (_, before, after) => {
    const text = (imports: string, list: string) => `${imports}@Module({ providers: [${list}] }) class A {}`;
    expect(declared(text(before, ''), TOOL)).toBe(text(after, 'Tool'));
  });

  it('imports a package before files', () => {
    const text = (imports: string) =>
      `import { Module } from '@nestjs/common';\n${imports}import { One } from './one.js';\n`;
    const module = `@Module({ imports: [] }) class A {}`;
    const declaration: Declaration = { property: 'imports', symbol: 'McpModule', from: 'mcp' };
    expect(declared(text('') + module, declaration)).toContain(text(`import { McpModule } from 'mcp';\n`));
  });

  it('finds the module by its name, among other classes', () => {
    const text = `@Module({}) class One {}\n@Injectable() class Three {}\n@Module({}) class Two {}`;
    expect(declare(typescript, text, TOOL, 'Two')).toMatch(
      /class One \{\}[^]*providers: \[Tool\][^]*class Two/,
    );
  });

  it.each([
    ['no class with @Module', 'export class A {}'],
    ['not a list in brackets', '@Module({ providers: PROVIDERS }) class A {}'],
    ['not a list in brackets', '@Module({ providers }) class A {}'],
    [`another object's properties`, '@Module({ ...base }) class A {}'],
    ['imports another Tool', `import { Tool } from './other.js';\n@Module({}) class A {}`],
    ['declares another Tool', 'class Tool {}\n@Module({}) class A {}'],
  ])('refuses a file that has %s: %s', (reason, text) => {
    expect(() => declared(text, TOOL)).toThrow(reason);
  });
});

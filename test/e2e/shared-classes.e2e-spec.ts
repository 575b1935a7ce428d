import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpTool } from 'nestjs-mcp-sse';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

/** Counts its instances: the server creates some to read the initialisers of the class. */
class WordDto {
  static instances = 0;

  @IsString()
  word = 'none';

  constructor() {
    new.target.instances++;
  }
}

class OnceDto extends WordDto {
  static override instances = 0;
}

class OftenDto extends WordDto {
  static override instances = 0;
}

@Injectable()
class Words {
  @McpTool({ output: OnceDto })
  once(args: OnceDto) {
    return args;
  }

  @McpTool({ output: OftenDto })
  first(args: OftenDto) {
    return args;
  }

  @McpTool({ output: OftenDto })
  second(args: OftenDto) {
    return args;
  }

  @McpTool({ input: OftenDto, output: OftenDto })
  third(args: OftenDto) {
    return args;
  }
}

const { connect, start } = appPerTest();

it('generates the schemas of a class once, however many tools and servers use it', async () => {
  const first = await connect({ providers: [Words] });
  expect(OnceDto.instances).toBeGreaterThan(0);
  expect(OftenDto.instances).toBe(OnceDto.instances);
  const { tools } = (await first.call(1, 'tools/list'))['result'] as { tools: Record<string, unknown>[] };
  const schemasOf = (name: string) => {
    const { inputSchema, outputSchema } = tools.find((tool) => tool['name'] === name)!;
    return { inputSchema, outputSchema };
  };
  for (const name of ['first', 'second', 'third']) expect(schemasOf(name)).toEqual(schemasOf('once'));

  const { instances } = OftenDto;
  await start({ providers: [Words] });
  expect(OftenDto.instances).toBe(instances);
});

it('validates the arguments and results of each tool that shares a class', async () => {
  const client = await connect({ providers: [Words] });
  for (const name of ['first', 'second', 'third']) {
    const { result } = await client.callTool(name, name, { word: 'shoe' });
    expect(result).toMatchObject({ structuredContent: { word: 'shoe' } });
    expect(textOf(await client.callTool(`bad ${name}`, name, { word: 1 }))).toContain(
      'word must be a string',
    );
  }
});

import { describe, expect, it } from '@jest/globals';
import { Injectable, UsePipes, ValidationPipe } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsNumber, IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import {
  McpComplete,
  McpContext,
  McpPrompt,
  McpTool,
  type McpSseModuleOptions,
  type McpToolOptions,
} from 'nestjs-mcp-sse';
import { z } from 'zod';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { cpuTime } from '../fixtures/cpu-time.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { Stage } from '../fixtures/stage.js';

/** Above what any of the tests sends. */
const UNCAPPED: Partial<McpSseModuleOptions> = { limits: { maxArgumentMembers: 1_000_000 } };
/** Linear work on what the tests send takes a fraction of a second, quadratic work at least 8. */
const FAR_TOO_LONG_MS = 4_000;
const MIB = 1024 * 1024;

const made: string[] = [];
const seen: unknown[] = [];

class LineDto {
  constructor() {
    made.push('line');
  }

  @IsNumber()
  price!: number;
}

class OrderDto {
  constructor() {
    made.push('order');
  }

  @IsOptional()
  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines?: LineDto[];

  @IsOptional()
  @IsObject()
  meta?: object;
}

class NamedDto {
  @IsString()
  name!: string;
}

const lines = { type: 'array', items: { type: 'object', properties: { price: { type: 'number' } } } };
const rawJsonSchema: McpToolOptions['input'] = { type: 'object', properties: { lines } };
const form = {
  type: 'object' as const,
  properties: { tags: { type: 'array' as const, items: { type: 'string' as const, enum: ['a'] } } },
};

@Injectable()
class Features {
  @McpTool()
  dto(order: OrderDto): string {
    seen.push(order);
    return 'ordered';
  }

  @McpTool()
  @UsePipes(new ValidationPipe())
  piped(order: OrderDto): string {
    return this.dto(order);
  }

  @McpTool({ input: z.object({ lines: z.array(z.object({ price: z.number() })) }) })
  zod(order: OrderDto): string {
    return this.dto(order);
  }

  @McpTool({ input: rawJsonSchema })
  raw(order: OrderDto): string {
    return this.dto(order);
  }

  @McpTool({ input: { type: 'object' }, output: { type: 'object', properties: { lines } } })
  output(order: object): object {
    return order;
  }

  @McpTool({ input: { type: 'object', properties: { set: { type: 'array', uniqueItems: true } } } })
  unique({ set }: { set: unknown[] }): string {
    return String(set.length);
  }

  @McpPrompt()
  ask({ name }: NamedDto): string {
    seen.push(name);
    return name;
  }

  @McpComplete({ prompt: 'ask', argument: 'name' })
  names(value: string): string[] {
    seen.push(value);
    return [value];
  }
}

describe('the attacker who sends arguments', () => {
  const { start } = appPerTest();

  const connect = async (options?: Partial<McpSseModuleOptions>, log?: MemoryLog) => {
    const configure = log && ((app: { useLogger(log: MemoryLog): void }) => app.useLogger(log));
    const running = await start({ options, providers: [Features, Stage], configure });
    made.length = seen.length = 0;
    return { ...running, client: await WireClient.connect(`${running.url}/sse`) };
  };

  /** Calls a tool, and asks something else meanwhile; neither may wait for long. */
  const attack = async (tool: string, args: object) => {
    const { client, url } = await connect(UNCAPPED);
    const begun = cpuTime();
    const [answer, probe] = await Promise.all([
      client.callTool(1, tool, args),
      send(`${url}/mcp`, { method: 'GET', headers: { 'mcp-session-id': 'nobody' } }),
    ]);
    expect(probe.status).toBe(404);
    expect(cpuTime() - begun).toBeLessThan(FAR_TOO_LONG_MS);
    return textOf(answer);
  };

  it.each(['dto', 'piped'])(
    'puts the name of a member of every object into 40,000 of them: %s refuses in linear time',
    async (tool) => {
      const reserved = Array.from({ length: 40_000 }, () => ({ toString: 1 }));
      expect(await attack(tool, { lines: reserved })).toMatch(
        /^isError: Invalid arguments: lines\[0\]\.toString: .*; and 39,980 more$/,
      );
      expect(await attack(tool, { meta: { deep: reserved } })).toMatch(/meta\.deep\[0\]\.toString: /);
      expect(made).toEqual([]);
    },
  );

  it.each(['dto', 'piped'])(
    'sends 100,000 names that a class does not have: %s refuses before it makes an instance',
    async (tool) => {
      const unknown = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`key${index}`, 1]));
      expect(await attack(tool, unknown)).toMatch(
        /^isError: Invalid arguments: property key0 should not exist; .*; and 99,980 more$/,
      );
      expect(await attack(tool, { lines: [unknown] })).toMatch(/lines\[0\]\.key0: /);
      expect(made).toEqual([]);
    },
  );

  it('sends a set of 40,000 distinct objects: each is checked once', async () => {
    const set = Array.from({ length: 40_000 }, (_, index) => ({ index }));
    expect(await attack('unique', { set })).toBe('40000');
    expect(await attack('unique', { set: [...set, { index: 7 }] })).toMatch(/duplicate items/);
  });

  it.each(['dto', 'piped', 'zod', 'raw', 'output'])(
    'sends more members than arguments may have: %s is refused by the name of the limit before anything runs',
    async (tool) => {
      const { client } = await connect();
      const args = (count: number) => ({ meta: { all: Array.from({ length: count - 2 }, () => 1) } });
      expect(textOf(await client.callTool(1, tool, args(20_001)))).toBe(
        'isError: Invalid arguments: more than 20000 members and elements in all ("limits.maxArgumentMembers")',
      );
      expect([made, seen]).toEqual([[], []]);
      expect(textOf(await client.callTool(2, tool, args(20_000)))).not.toMatch(/maxArgumentMembers/);
    },
  );

  it('sends more members than arguments may have to a prompt and to a completion: both are refused', async () => {
    const { client } = await connect({ limits: { maxArgumentMembers: 10 } });
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`key${index}`, 'x']));
    const refused = { code: -32602, message: expect.stringContaining('"limits.maxArgumentMembers"') };
    expect((await client.call(1, 'prompts/get', { name: 'ask', arguments: many }))['error']).toMatchObject(
      refused,
    );
    const completion = {
      ref: { type: 'ref/prompt', name: 'ask' },
      argument: { name: 'name', value: 'x' },
      context: { arguments: many },
    };
    expect((await client.call(2, 'completion/complete', completion))['error']).toMatchObject(refused);
    expect(seen).toEqual([]);
  });

  it.each(['dto', 'piped', 'zod', 'raw'])(
    'sends 5,000 wrong items: %s tells the first 20 issues and how many more there are',
    async (tool) => {
      const { client } = await connect();
      const wrong = Array.from({ length: 5_000 }, () => ({ price: 'x' }));
      const text = textOf(await client.callTool(1, tool, { lines: wrong }));
      expect(text).toMatch(/lines(\[0\]|\.0)\.price.*lines(\[19\]|\.19)\.price.*; and 4,980 more$/);
      expect(text.length).toBeLessThan(3_000);
    },
  );

  it('omits required members of 20,000 objects: refused before one of them is created', async () => {
    const { client } = await connect();
    const empty = Array.from({ length: 19_999 }, () => ({}));
    expect(textOf(await client.callTool(1, 'dto', { lines: empty }))).toMatch(
      /^isError: Invalid arguments: lines\[0\]\.price: .*; and 19,979 more$/,
    );
    expect(made).toEqual([]);
  });

  it('has a tool return 5,000 wrong items: the log tells the first 20', async () => {
    const log = new MemoryLog();
    const { client } = await connect(undefined, log);
    const wrong = Array.from({ length: 5_000 }, () => ({ price: 'x' }));
    expect(textOf(await client.callTool(1, 'output', { lines: wrong }))).toMatch(/^isError: Internal error/);
    const [line] = log.lines.filter((text) => text.includes('does not fit the output schema'));
    expect(line).toMatch(/lines\[19\]\.price: must be number; and 4,980 more/);
    expect(line!.length).toBeLessThan(8_000);
  });

  it('puts a megabyte where a name or a value belongs: the answer does not repeat it', async () => {
    const { client } = await connect();
    const long = 'x'.repeat(MIB);
    const texts = [
      textOf(await client.callTool(1, 'dto', { [long]: 1 })),
      textOf(await client.callTool(2, 'piped', { [long]: 1 })),
      textOf(await client.callTool(3, 'zod', { lines: [{ price: long }], [long]: 1 })),
      textOf(await client.callTool(4, 'raw', { lines: [long], [long]: 1 })),
      textOf(await client.callTool(5, 'dto', { lines: [{ [long]: { toString: 1 } }] })),
      textOf(await client.callTool(6, long)),
      textOf(await client.call(7, 'prompts/get', { name: long })),
      textOf(await client.call(8, long)),
      textOf(
        await client.call(9, 'completion/complete', {
          ref: { type: 'ref/resource', uri: long },
          argument: { name: 'x', value: 'x' },
        }),
      ),
    ];
    for (const text of texts) {
      expect(text).toMatch(/rror/);
      expect(text.length).toBeLessThan(3_000);
    }
  });

  it('answers a form with 5,000 wrong values: the tool gets the first 20 issues, and too many members fail as a whole', async () => {
    const { app, url } = await start({ providers: [Stage] });
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { elicitation: {} } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const answered = async (count: number) => {
      const problem = (context as McpContext)
        .elicit({ message: 'Which?', requestedSchema: form })
        .catch(({ message }: Error) => message);
      const { id } = await stream.message();
      const content = { tags: new Array(count).fill('wrong') };
      await client.post({ jsonrpc: '2.0', id, result: { action: 'accept', content } });
      return problem;
    };
    expect(await answered(5_000)).toMatch(/tags\[19\]: .*; and 4,980 more$/);
    expect(await answered(20_001)).toBe(
      'The client\'s answer to elicitation/create has more than 20000 members and elements in all ("limits.maxArgumentMembers").',
    );
    resolve('done');
    await stream.end();
  });
});

import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { IsString, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import { McpRegistry, McpTool } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const { start, connect } = appPerTest();

describe('a schema that known clients refuse', () => {
  afterEach(() => Logger.overrideLogger(false));

  it('logs a warning at boot, which names the client', async () => {
    class Filter {
      @IsString()
      'Prénom'!: string;
    }
    class FindDto {
      @IsString()
      'filter[name]'!: string;

      @IsString()
      $top!: string;

      @ValidateNested()
      @Type(() => Filter)
      filter!: Filter;
    }
    @Injectable()
    class Tools {
      @McpTool({ name: 'orders.find' })
      find(_args: FindDto) {}

      @McpTool({ input: { type: 'object', oneOf: [{ required: ['a'] }] } })
      either(_args: unknown) {}

      @McpTool()
      good() {}
    }
    const log = new MemoryLog();
    await start({ providers: [Tools], configure: () => Logger.overrideLogger(log) });
    const warnings = log.lines.filter((line) => /models of/.test(line));
    expect(warnings).toEqual([
      expect.stringMatching(/Tools\.find of .* is named "orders\.find": models of OpenAI/),
      expect.stringMatching(
        /Tools\.find of .* has arguments named "filter\[name\]", "\$top", "Prénom": models of Anthropic/,
      ),
      expect.stringMatching(
        /Tools\.either of .* has an input schema with "oneOf" at its root: models of OpenAI/,
      ),
    ]);
  });

  it('is not sent for a tool without arguments: it has properties', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      decorated() {}
    }
    const { app, url } = await start({ providers: [Tools] });
    app.get(McpRegistry).addTool({ name: 'added' }, () => 'it');
    const client = await WireClient.connect(`${url}/sse`);
    const { result } = await client.call(1, 'tools/list');
    const schemas = (result.tools as { inputSchema: object }[]).map(({ inputSchema }) => inputSchema);
    expect(schemas).toEqual([
      { type: 'object', properties: {} },
      { type: 'object', properties: {}, additionalProperties: false },
    ]);
  });
});

it('refers to a class by a plain word, whatever its name', async () => {
  const named = (name: string) => {
    class Item {
      @IsString()
      text!: string;
    }
    Object.defineProperty(Item, 'name', { value: name });
    return Item;
  };
  const [slash, percent, proto, twin] = ['Page/Item', 'Page%20Item', '__proto__', 'Page_Item'].map(named);
  class Dto {
    @ValidateNested()
    @Type(() => slash!)
    slash!: object;

    @ValidateNested()
    @Type(() => percent!)
    percent!: object;

    @ValidateNested()
    @Type(() => proto!)
    proto!: object;

    @ValidateNested()
    @Type(() => twin!)
    twin!: object;
  }
  @Injectable()
  class Tools {
    @McpTool()
    find(_args: Dto) {}
  }
  const client = await connect({ providers: [Tools] });
  const { result } = await client.call(1, 'tools/list');
  const { properties, $defs } = result.tools[0].inputSchema;
  const references = Object.values(properties as Record<string, { $ref: string }>).map(({ $ref }) => $ref);
  expect(references).toHaveLength(4);
  expect(new Set(references).size).toBe(4);
  for (const reference of references) {
    expect(reference).toMatch(/^#\/\$defs\/\w+$/);
    expect($defs[reference.replace('#/$defs/', '')]).toMatchObject({
      properties: { text: { type: 'string' } },
    });
  }
});

import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsInt, IsString } from 'class-validator';
import { McpConfigurationError, McpRegistry, McpTool, type McpToolOptions } from 'nestjs-mcp-sse';
import * as z from 'zod';
import { connectSdkClient } from '../clients/sdk-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';

class FindDto {
  @IsString()
  name!: string;
}

class FoundDto {
  @IsInt()
  length!: number;
}

const FIND = z.object({ name: z.string() });
const FIND_JSON = {
  type: 'object',
  properties: { name: { type: 'string' } },
  required: ['name'],
} as const;

/** A schema as libraries other than zod make it: ArkType's and Valibot's have no members but these. */
const FIND_STANDARD = { '~standard': FIND['~standard'] };

@Injectable()
class Finding {
  @McpTool({ inputSchema: FindDto, outputSchema: FoundDto })
  dto({ name }: FindDto) {
    return { length: name.length };
  }
  @McpTool({ inputSchema: FIND, outputSchema: z.object({ length: z.int() }) })
  zod({ name }: { name: string }) {
    return { length: name.length };
  }
  @McpTool({ inputSchema: FIND_STANDARD, output: FoundDto })
  standard({ name }: { name: string }) {
    return { length: name.length };
  }
  @McpTool({ inputSchema: FIND_JSON, outputSchema: { type: 'object', required: ['length'] } })
  json({ name }: { name: string }) {
    return { length: name.length };
  }
}

const NAMES = ['dto', 'zod', 'standard', 'json'];

describe('inputSchema and outputSchema', () => {
  const { start, connect } = appPerTest();

  it('describe arguments and results as input and output do', async () => {
    const { url } = await start({ providers: [Finding] });
    const client = await connectSdkClient(`${url}/sse`);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(NAMES.toSorted());
    for (const { inputSchema, outputSchema } of tools) {
      expect(inputSchema).toMatchObject(FIND_JSON);
      expect(outputSchema).toMatchObject({ type: 'object', required: ['length'] });
    }
    await client.close();
  });

  it.each(NAMES)('check the arguments and the result of %s', async (name) => {
    const client = await connect({ providers: [Finding] });
    expect((await client.callTool(1, name, { name: 'Ada' })).result.structuredContent).toEqual({ length: 3 });
    expect(textOf(await client.callTool(2, name, { name: 7 }))).toMatch(
      /^isError: Invalid arguments: .*name/,
    );
  });

  it('are options of tools that are added at run time', async () => {
    const { app, url } = await start({});
    const registry = app.get(McpRegistry);
    registry.addTool({ name: 'find', inputSchema: FIND, outputSchema: FoundDto }, ({ name }) => ({
      length: String(name).length,
    }));
    const client = await connectSdkClient(`${url}/sse`);
    const call = (args: Record<string, unknown>) => client.callTool({ name: 'find', arguments: args });
    expect((await call({ name: 'Ada' })).structuredContent).toEqual({ length: 3 });
    expect(await call({ name: 7 })).toMatchObject({ isError: true });
    await client.close();
  });
});

// @ts-expect-error TypeScript refuses both names, too.
const INPUT_TWICE: McpToolOptions = { input: FIND, inputSchema: FIND };
// @ts-expect-error Likewise.
const OUTPUT_TWICE: McpToolOptions = { output: FIND, outputSchema: FIND };

describe('both names of an option', () => {
  it.each([
    ['input', INPUT_TWICE],
    ['output', OUTPUT_TWICE],
  ])('%s stop the boot, and name the method', async (option, options) => {
    @Injectable()
    class Tools {
      @McpTool(options)
      find(_args: FindDto) {
        return {};
      }
    }
    expect(await bootError({ providers: [Tools] })).toEqual(
      anError(McpConfigurationError, 'Tools.find', `"${option}" and "${option}Schema"`),
    );
  });
});

import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Expose, Type } from 'class-transformer';
import { Allow, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpRegistry, McpTool } from 'nestjs-mcp-sse';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

class AddressDto {
  @Expose({ name: 'zip_code' })
  @IsString()
  zipCode!: string;
}

class BagDto {
  @Allow()
  @Type(() => Number)
  counts!: Map<string, number>;

  @ValidateNested({ each: true })
  @Type(() => AddressDto)
  addresses!: Map<string, AddressDto>;
}

class SearchDto {
  @IsOptional()
  @IsString()
  text?: string;

  @IsOptional()
  @IsInt()
  get length(): number | undefined {
    return this.text?.length;
  }

  @IsString()
  get shout(): string {
    return `${this.text}!`;
  }

  contains(word: string): boolean {
    return this.text?.includes(word) ?? false;
  }
}

class LimitDto {
  #limit = 10;

  @IsInt()
  set limit(value: number) {
    this.#limit = value;
  }

  get limit(): number {
    return this.#limit;
  }
}

const { connect, start } = appPerTest();

@Injectable()
class EdgeTools {
  @McpTool()
  bag({ counts, addresses }: BagDto): object {
    return { counts, zips: [...addresses.values()].map(({ zipCode }) => zipCode) };
  }

  @McpTool()
  search(search: SearchDto): object {
    return { found: search.contains('a') };
  }

  @McpTool({ output: SearchDto })
  found(): object {
    return Object.assign(new SearchDto(), { text: 'hi' });
  }

  @McpTool()
  limited({ limit }: LimitDto): number {
    return limit;
  }
}

describe('arguments named like members of their class', () => {
  it('are refused if class-transformer would drop them', async () => {
    const client = await connect({ providers: [EdgeTools] });
    const call = async (name: string, args: object) => textOf(await client.callTool(name, name, { ...args }));
    expect(await call('bag', { counts: { size: 3 }, addresses: {} })).toBe(
      'isError: Invalid arguments: counts.size: size cannot be a key of counts',
    );
    expect(await call('bag', { counts: {}, addresses: { get: { zip_code: 'N1' } } })).toContain(
      'addresses.get: get cannot be a key of addresses',
    );
    expect(await call('search', { contains: 2 })).toContain('property contains should not exist');
    expect(await call('search', { text: 'a', shout: 'b' })).toContain('property shout should not exist');
  });

  it('are accepted if no member conflicts', async () => {
    const client = await connect({ providers: [EdgeTools] });
    const bag = { counts: { sizes: 3 }, addresses: { a: { zip_code: 'N1' } } };
    const { result } = await client.callTool(1, 'bag', bag);
    expect(result.structuredContent).toEqual({ counts: { sizes: 3 }, zips: ['N1'] });
    expect(textOf(await client.callTool(2, 'search', { text: 'a' }))).toBe('{"found":true}');
    expect(textOf(await client.callTool(3, 'limited'))).toBe('10');
    expect(textOf(await client.callTool(4, 'limited', { limit: 3 }))).toBe('3');
  });

  it('get no default from a getter, while a result includes getters', async () => {
    const { app } = await start({ providers: [EdgeTools] });
    const tool = (name: string) => app.get(McpRegistry).tools.find((found) => found.name === name)!;
    expect(tool('search').inputSchema).toMatchObject({ properties: { text: { type: 'string' } } });
    expect(Object.keys(tool('search').inputSchema.properties!)).toEqual(['text']);
    expect(tool('limited').inputSchema).toEqual({
      type: 'object',
      properties: { limit: { type: 'integer' } },
      additionalProperties: false,
    });
    expect(tool('found').outputSchema!.properties!['shout']).toEqual({ type: 'string' });
    const client = await connect({ providers: [EdgeTools] });
    expect((await client.callTool(1, 'found'))['result'].structuredContent).toEqual({
      text: 'hi',
      length: 2,
      shout: 'hi!',
    });
  });
});

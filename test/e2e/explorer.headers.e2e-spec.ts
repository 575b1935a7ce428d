import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsNumber, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpConfigurationError, McpHeader, McpRegistry, McpTool, type McpSchemaSource } from 'nestjs-mcp-sse';
import * as z from 'zod';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';

const { start } = appPerTest();

class Place {
  @McpHeader('Region')
  @IsString()
  region!: string;
}

class Limited {
  @McpHeader('Limit')
  @IsNumber()
  limit!: number;
}

class Badly {
  @McpHeader('My Region')
  @IsString()
  region!: string;
}

class Twice {
  @ValidateNested()
  @Type(() => Place)
  from!: Place;

  @ValidateNested()
  @Type(() => Place)
  to!: Place;
}

class Listed {
  @ValidateNested({ each: true })
  @Type(() => Place)
  places!: Place[];
}

class Recursive {
  @McpHeader('Region')
  @IsString()
  region!: string;

  @ValidateNested()
  @Type(() => Recursive)
  @IsOptional()
  inner?: Recursive;
}

/** The error that stops the boot of an application with a tool of these arguments. */
function bootErrorOf(input: McpSchemaSource): Promise<Error> {
  @Injectable()
  class Tools {
    @McpTool({ name: 'find_places', input })
    find(_args: object) {}
  }
  return bootError({ providers: [Tools] });
}

describe('a header of an argument that clients would refuse stops the boot, as they leave out the tool:', () => {
  it.each<[string, McpSchemaSource, string[]]>([
    [
      'a number',
      Limited,
      ['"limit" of the tool "find_places"', 'its type is "number"', 'declare one of them', '@IsInt()'],
    ],
    [
      'a name that no header can have',
      Badly,
      ['"region" of the tool "find_places"', '"My Region"', 'Use letters, digits and "-"'],
    ],
    [
      'a nested class that is used twice',
      Twice,
      [
        '"to.region" and "from.region" of the tool "find_places"',
        'Mcp-Param-Region',
        'Give one of them another',
      ],
    ],
    [
      'the elements of a list',
      Listed,
      ['the tool "find_places"', '"properties/places/items/properties/region"', 'not in a list'],
    ],
    [
      'a class that contains itself',
      Recursive,
      ['the tool "find_places"', '"$defs/Recursive/properties/region"', '$ref'],
    ],
    [
      'a nullable value of zod',
      z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }).nullable() }),
      ['the tool "find_places"', '"properties/region/anyOf/0"', 'a nullable value is one'],
    ],
    [
      'a JSON Schema',
      { type: 'object', properties: { region: { type: 'string', 'x-mcp-header': '' } } },
      ['"region" of the tool "find_places"', '""', 'Use letters'],
    ],
  ])('%s', async (_name, input, parts) => {
    expect(await bootErrorOf(input)).toEqual(anError(McpConfigurationError, 'Tools.find:', ...parts));
  });

  it('or fails the addition of a tool at run time', async () => {
    const registry = (await start({})).app.get(McpRegistry);
    const add = () => registry.addTool({ name: 'find_places', input: Limited }, () => 'found');
    expect(add).toThrow(McpConfigurationError);
    expect(add).toThrow('addTool("find_places"): "limit" of the tool "find_places" has an x-mcp-header');
    expect(registry.tools).toEqual([]);
  });
});

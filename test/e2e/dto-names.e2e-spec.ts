import { describe, expect, it } from '@jest/globals';
import {
  ClassSerializerInterceptor,
  Injectable,
  SerializeOptions,
  UseInterceptors,
  ValidationPipe,
} from '@nestjs/common';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, MinLength, ValidateNested } from 'class-validator';
import { McpRegistry, McpTool } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

class AddressDto {
  @Expose({ name: 'zip_code' })
  @IsString()
  zipCode!: string;
}

class PersonDto {
  @Expose({ name: 'first_name' })
  @IsString()
  @MinLength(2)
  firstName!: string;

  @Exclude()
  @IsString()
  password!: string;

  @Exclude({ toPlainOnly: true })
  @IsOptional()
  @IsString()
  newPassword?: string;

  @Exclude({ toClassOnly: true })
  @IsOptional()
  @IsInt()
  id?: number;

  @Expose({ groups: ['admin'] })
  @IsOptional()
  @IsString()
  notes?: string;

  @Expose({ name: 'home_addresses' })
  @ValidateNested({ each: true })
  @Type(() => AddressDto)
  homeAddresses!: AddressDto[];
}

/** The return value of the methods: with the names of the class, and with members that must stay hidden. */
const ADA = { firstName: 'Ada', password: 'secret', newPassword: 'secret', id: 7, notes: 'secret' };
const PERSON = { ...ADA, homeAddresses: [{ zipCode: 'N1' }] };
const ON_THE_WIRE = { first_name: 'Ada', id: 7, home_addresses: [{ zip_code: 'N1' }] };

function instance(): PersonDto {
  const address = Object.assign(new AddressDto(), { zipCode: 'N1' });
  return Object.assign(new PersonDto(), ADA, { homeAddresses: [address] });
}

@Exclude()
class PublicDto {
  @Expose()
  @IsString()
  name!: string;

  secret = 'undecorated';
}

class PriceDto {
  @IsInt()
  @Transform(({ value }) => `${value} cents`, { toPlainOnly: true })
  price!: number;

  @IsString({ each: true })
  @Transform(({ value }) => (value as string).split(','), { toClassOnly: true })
  tags!: string[];

  @IsString()
  @Expose()
  get label(): string {
    return `costs ${this.price}`;
  }
}

@Injectable()
class Tools {
  @McpTool()
  save(person: PersonDto): object {
    return { ...person, isPerson: person instanceof PersonDto };
  }

  @McpTool({ output: PersonDto })
  plain(): object {
    return PERSON;
  }

  @McpTool({ output: PersonDto })
  instance(): object {
    return instance();
  }

  @McpTool({ output: PersonDto })
  @UseInterceptors(ClassSerializerInterceptor)
  serialized(): object {
    return instance();
  }

  @McpTool({ output: PersonDto })
  @UseInterceptors(ClassSerializerInterceptor)
  @SerializeOptions({ type: PersonDto })
  ofPlain(): object {
    return { ...ON_THE_WIRE, password: 'secret' };
  }

  @McpTool({ output: PublicDto })
  exposed(): object {
    return { name: 'Ada', secret: 'x' };
  }

  @McpTool({ output: PriceDto })
  transformed(): object {
    return Object.assign(new PriceDto(), { price: 3, tags: ['a', 'b'] });
  }

  @McpTool({ output: PriceDto })
  @UseInterceptors(ClassSerializerInterceptor)
  transformedOnce(): object {
    return Object.assign(new PriceDto(), { price: 3, tags: ['a', 'b'] });
  }

  @McpTool({ output: PersonDto })
  wrong(): object {
    return { ...PERSON, firstName: 'A' };
  }
}

const { connect, start } = appPerTest();

async function schemaOf(name: string, side: 'inputSchema' | 'outputSchema') {
  const { app } = await start({ providers: [Tools] });
  return app.get(McpRegistry).tools.find((tool) => tool.name === name)![side]!;
}

describe('the names of @Expose()', () => {
  it('are the names in the schema, which omits members hidden by @Exclude() or a group', async () => {
    const input = await schemaOf('save', 'inputSchema');
    expect(Object.keys(input.properties!)).toEqual(['first_name', 'newPassword', 'home_addresses']);
    expect(input.required).toEqual(['first_name', 'home_addresses']);
    const output = await schemaOf('plain', 'outputSchema');
    expect(Object.keys(output.properties!)).toEqual(['first_name', 'id', 'home_addresses']);
    expect(output.required).toEqual(['first_name', 'home_addresses']);
    expect(output.$defs).toMatchObject({ AddressDto: { required: ['zip_code'] } });
  });

  it('are the names of arguments, which the method gets by the names of the class', async () => {
    const client = await connect({ providers: [Tools] });
    const args = { first_name: 'Ada', newPassword: 'x', home_addresses: [{ zip_code: 'N1' }] };
    expect((await client.callTool(1, 'save', args))['result'].structuredContent).toEqual({
      firstName: 'Ada',
      newPassword: 'x',
      homeAddresses: [{ zipCode: 'N1' }],
      isPerson: true,
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    [
      'the name of the class',
      { firstName: 'Ada', home_addresses: [] },
      'property firstName should not exist',
    ],
    [
      'both names',
      { first_name: 'Ada', firstName: 'Eve', home_addresses: [] },
      'property firstName should not',
    ],
    [
      'what @Exclude() hides',
      { first_name: 'Ada', home_addresses: [], password: 'x' },
      'property password should not exist',
    ],
    [
      'what a group hides',
      { first_name: 'Ada', home_addresses: [], notes: 'x' },
      'property notes should not',
    ],
    [
      'a name of a nested class',
      { first_name: 'Ada', home_addresses: [{ zipCode: 'N1' }] },
      'home_addresses[0].zipCode: property zipCode should not exist',
    ],
  ])('are the only accepted names: %s is refused', async (_what, args, message) => {
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'save', args))).toContain(
      `isError: Invalid arguments: ${message}`,
    );
    const piped = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalPipes(new ValidationPipe({ transform: true })),
    });
    expect(textOf(await piped.callTool(1, 'save', args))).toContain('should not exist');
  });

  it('are the names in errors', async () => {
    const client = await connect({ providers: [Tools] });
    expect(
      textOf(await client.callTool(1, 'save', { first_name: 'A', home_addresses: [{ zip_code: 7 }] })),
    ).toBe(
      'isError: Invalid arguments: first_name must be longer than or equal to 2 characters; ' +
        'home_addresses[0].zip_code: zip_code must be a string',
    );
    expect(textOf(await client.callTool(2, 'save', { first_name: 'Ada' }))).toBe(
      'isError: Invalid arguments: home_addresses should not be null or undefined',
    );
  });

  it.each(['plain', 'instance', 'serialized', 'ofPlain'])(
    'are the names in a result that is %s',
    async (name) => {
      const { url } = await start({ providers: [Tools] });
      const client = await connectSdkClient(`${url}/sse`);
      await client.listTools();
      const expected = name === 'ofPlain' ? { ...ON_THE_WIRE, id: undefined } : ON_THE_WIRE;
      const { structuredContent, content } = await client.callTool({ name });
      expect(structuredContent).toEqual(JSON.parse(JSON.stringify(expected)));
      expect(content).toEqual([{ type: 'text', text: JSON.stringify(structuredContent) }]);
      await client.close();
    },
  );

  it('are the only members of a class with @Exclude()', async () => {
    const client = await connect({ providers: [Tools] });
    expect((await client.callTool(1, 'exposed'))['result'].structuredContent).toEqual({ name: 'Ada' });
  });
});

describe('a transformed result', () => {
  it.each(['transformed', 'transformedOnce'])('is transformed only once: %s', async (name) => {
    const { url } = await start({ providers: [Tools] });
    const client = await connectSdkClient(`${url}/sse`);
    const { tools } = await client.listTools();
    expect(tools.find((tool) => tool.name === name)!.outputSchema!.properties).toEqual({
      price: {},
      tags: { type: 'array', items: { type: 'string' } },
      label: { type: 'string' },
    });
    expect((await client.callTool({ name })).structuredContent).toEqual({
      price: '3 cents',
      tags: ['a', 'b'],
      label: 'costs 3',
    });
    await client.close();
  });
});

import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { IsOptional, IsString } from 'class-validator';
import { z } from 'zod';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { McpOutputSource, McpSchemaSource } from '../model/schema-source.js';
import { loadClassPackages } from './class-packages.js';
import { compileSchema } from './compile-schema.js';

beforeAll(loadClassPackages);

const where = 'OrdersService.find (input)';

class FindDto {
  @IsOptional()
  @IsString()
  query?: string;
}

describe('compileSchema', () => {
  it.each<[string, McpSchemaSource]>([
    ['class', FindDto],
    ['Standard Schema', z.object({ query: z.string().optional() })],
    ['JSON Schema', { type: 'object', properties: { query: { type: 'string' } } }],
  ])('takes a %s, and an input that is left out as {}', async (_, source) => {
    const schema = compileSchema(source, where, 'input');
    expect(schema.jsonSchema).toMatchObject({ type: 'object', properties: { query: { type: 'string' } } });
    expect(await schema.validate({ query: 'shoes' })).toEqual({ ok: true, value: { query: 'shoes' } });
    expect(await schema.validate(undefined)).toEqual({ ok: true, value: {} });
    expect(await schema.validate({ query: 1 })).toMatchObject({ ok: false, issues: [{ path: 'query' }] });
  });

  it.each<[string, McpSchemaSource]>([
    ['class', FindDto],
    ['Standard Schema', z.object({ query: z.string().optional() })],
    ['JSON Schema', { type: 'object', properties: { query: { type: 'string' } } }],
  ])('refuses null, an array, a string and, as a result, nothing at all for a %s', async (_, source) => {
    const schema = compileSchema(source, where, 'input');
    for (const value of [null, [], 'text', 1]) {
      expect(await schema.validate(value)).toMatchObject({ ok: false, issues: [{ path: '' }] });
    }
    expect(await compileSchema(source, where, 'output').validate(undefined)).toMatchObject({ ok: false });
  });

  it.each<[string, McpOutputSource]>([
    ['a JSON Schema of an array', { type: 'array' }],
    ['a JSON Schema without a type', { properties: {} }],
    ['a list of zod', z.array(z.string())],
    ['a union of zod', z.union([z.object({ a: z.string() }), z.object({ b: z.string() })])],
  ])('takes %s for results, not for arguments', (_, source) => {
    expect(() => compileSchema(source, where, 'input')).toThrow(
      /^OrdersService.find \(input\): the root of the JSON Schema must have type: 'object'.* Add it/,
    );
    const { jsonSchema } = compileSchema(source, where, 'output');
    expect(jsonSchema.type).not.toBe('object');
    expect(jsonSchema.properties).toEqual('properties' in source ? {} : undefined);
  });

  it.each<[string, McpSchemaSource]>([
    ['class', FindDto],
    ['Standard Schema', z.strictObject({ query: z.string().default('all') })],
  ])('tells arguments and results of the same %s apart', async (_, source) => {
    const output = compileSchema(source, where, 'output');
    const input = compileSchema(source, where, 'input');
    expect(compileSchema(source, where, 'input').jsonSchema).toBe(input.jsonSchema);
    expect(input.jsonSchema).not.toBe(output.jsonSchema);
  });

  it('takes a Standard Schema that is a function', () => {
    const schema = Object.assign(() => {}, { '~standard': z.object({ a: z.string() })['~standard'] });
    expect(compileSchema(schema as never, where, 'input').dto).toBeUndefined();
  });

  it('refuses a class with a schema of its own whose decorators nothing would run', () => {
    class Order {
      static readonly schema = z.object({ query: z.string() });
    }
    class Strict extends Order {
      @IsString()
      query!: string;
    }
    expect(compileSchema(Order, where, 'input').jsonSchema.required).toEqual(['query']);
    expect(() => compileSchema(Strict, where, 'input')).toThrow(
      'OrdersService.find (input): Strict has both a static "schema" and class-validator decorators',
    );
  });

  it.each([['text'], [null], [undefined], [[]], [new Date()]])(
    'says what a schema can be when given %p',
    (source) => {
      const compile = () => compileSchema(source as never, where, 'input');
      expect(compile).toThrow(McpSchemaError);
      expect(compile).toThrow(/OrdersService.find \(input\): "input" must be a class with class-validator/);
    },
  );

  it('reports a transform that throws without showing its error', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    class TrimDto {
      @Transform(({ value }: { value: string }) => value.trim())
      @IsString()
      name!: string;
    }
    const schema = compileSchema(TrimDto, where, 'input');
    expect(await schema.validate({ name: ' a ' })).toEqual({ ok: true, value: { name: 'a' } });
    expect(await schema.validate({ name: 1 })).toEqual({
      ok: false,
      issues: [{ path: '', message: 'could not be validated' }],
    });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('value.trim is not a function'));
    warn.mockRestore();
  });

  it('names each user of a class in the log', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    class ThrowDto {
      @Transform(() => {
        throw new Error('no');
      })
      @IsString()
      name!: string;
    }
    for (const user of ['Orders.find', 'Orders.count']) {
      await compileSchema(ThrowDto, user, 'input').validate({ name: 'a' });
      expect(warn).toHaveBeenLastCalledWith(expect.stringContaining(`${user}: validation failed`));
    }
    warn.mockRestore();
  });

  it('escapes in the log what a client has sent', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    class EchoDto {
      @Transform(({ value }) => {
        throw new Error(`no ${value}`);
      })
      @IsString()
      name!: string;
    }
    await compileSchema(EchoDto, where, 'input').validate({ name: 'a\nb' });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining('no a\\u000ab'));
    warn.mockRestore();
  });
});

import { describe, expect, it } from '@jest/globals';
import { Injectable, UsePipes, ValidationPipe } from '@nestjs/common';
import { APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { createZodDto, ZodSerializerDto, ZodSerializerInterceptor, ZodValidationPipe } from 'nestjs-zod';
import { McpContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { z } from 'zod';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

const { connect } = appPerTest();

/** Counts in what it returns how often it has been parsed: it refuses its own output. */
const OrderSchema = z.object({
  customer: z.string().min(2),
  quantity: z
    .number()
    .default(1)
    .transform((quantity) => `${quantity} pieces`),
});

class OrderDto extends createZodDto(OrderSchema) {}

class SavedOrder extends createZodDto(z.object({ id: z.number(), customer: z.string() })) {}

class SearchDto extends createZodDto(z.object({ customer: z.string().min(2).describe('A name') })) {}

@Injectable()
class OrdersTools {
  @McpTool()
  declared(order: OrderDto, _context: McpContext) {
    return order;
  }

  @McpTool({ input: OrderDto, output: SavedOrder })
  named(order: object) {
    return { id: 7, ...order, secret: 'not in the schema' };
  }

  @McpTool()
  @ZodSerializerDto(SavedOrder)
  serialized() {
    return { id: 7, customer: 'ada', secret: 'not in the schema' };
  }

  @McpTool()
  @UsePipes(ZodValidationPipe)
  piped(order: OrderDto) {
    return order;
  }

  @McpPrompt()
  ask({ customer }: SearchDto) {
    return `Find the orders of ${customer}.`;
  }

  @McpResource({ uri: 'orders://{customer}' })
  read({ customer }: SearchDto) {
    return customer;
  }
}

describe.each([
  ['its pipe and its serializer', [{ provide: APP_PIPE, useClass: ZodValidationPipe }]],
  ['the ValidationPipe', [{ provide: APP_PIPE, useValue: new ValidationPipe({ whitelist: true }) }]],
  ['no pipe', []],
])('a DTO of nestjs-zod, with %s for the whole application', (_what, providers) => {
  const connected = () =>
    connect({
      providers: [
        OrdersTools,
        ...providers,
        { provide: APP_INTERCEPTOR, useClass: ZodSerializerInterceptor },
      ],
    });

  it('describes the arguments of a tool, a prompt and a template', async () => {
    const client = await connected();
    const { result } = await client.call(1, 'tools/list');
    const schema = {
      type: 'object',
      properties: { customer: { type: 'string', minLength: 2 }, quantity: { type: 'number', default: 1 } },
      required: ['customer'],
    };
    const [declared, named] = result.tools;
    expect(declared.inputSchema).toMatchObject(schema);
    expect(named).toMatchObject({
      inputSchema: schema,
      outputSchema: { properties: { id: { type: 'number' }, customer: { type: 'string' } } },
    });
    const prompts = await client.call(2, 'prompts/list');
    expect(prompts.result.prompts[0].arguments).toEqual([
      { name: 'customer', description: 'A name', required: true },
    ]);
    const read = await client.call(3, 'resources/read', { uri: 'orders://a' });
    expect(read.error.message).toContain('customer');
  });

  it('validates and transforms arguments once', async () => {
    const client = await connected();
    const order = { customer: 'ada', quantity: '2 pieces' };
    for (const tool of ['declared', 'piped']) {
      const { result } = await client.callTool(tool, tool, { customer: 'ada', quantity: 2, admin: true });
      expect(result.structuredContent).toEqual(order);
      expect(textOf(await client.callTool(`bad ${tool}`, tool, { customer: 'a' }))).toMatch(
        /^isError: .*customer/s,
      );
    }
    const { result } = await client.callTool(1, 'named', { customer: 'ada' });
    expect(result.structuredContent).toEqual({ id: 7, customer: 'ada' });
  });

  it('serializes results', async () => {
    const client = await connected();
    const { result } = await client.callTool(1, 'serialized');
    expect(result.structuredContent).toEqual({ id: 7, customer: 'ada' });
  });
});

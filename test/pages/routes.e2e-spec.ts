import { describe, expect, it } from '@jest/globals';
import { ValidationPipe, type DynamicModule, type Type } from '@nestjs/common';
import { APP_GUARD, APP_PIPE } from '@nestjs/core';
import { McpSseModule, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/routes.md');

function serving(
  controller: Type,
  more: Partial<DynamicModule> = {},
  options: Partial<McpSseModuleOptions> = {},
) {
  return {
    ...more,
    module: class PageModule {},
    imports: [
      McpSseModule.forRoot({ name: 'page', version: '1.0.0', guards: [HeaderUserGuard], ...options }),
    ],
    controllers: [controller],
    providers: [{ provide: APP_PIPE, useValue: new ValidationPipe({ transform: true }) }],
  };
}

describe('the page about routes as tools', () => {
  it('opens routes with @McpTool()', async () => {
    const { OrdersController } = await page.import<{ OrdersController: Type }>('controller');
    const mcp = await page.start(serving(OrdersController));
    expect((await mcp.listTools()).tools).toEqual([
      {
        name: 'create_order',
        description: 'Orders goods for a customer',
        inputSchema: {
          type: 'object',
          properties: {
            customer: { type: 'string', description: 'Name of the customer' },
            amount: { type: 'integer', minimum: 1 },
          },
          required: ['customer', 'amount'],
          additionalProperties: false,
        },
        annotations: { readOnlyHint: false, destructiveHint: true },
      },
      {
        name: 'find_order',
        description: 'Finds an order by its number',
        inputSchema: {
          type: 'object',
          properties: {
            id: { type: 'integer', description: 'Number of the order' },
            currency: { type: 'string' },
          },
          required: ['id'],
          additionalProperties: false,
        },
        annotations: { readOnlyHint: true },
      },
    ]);
    expect(
      await mcp.callTool({ name: 'create_order', arguments: { customer: 'Bob', amount: 1 } }),
    ).toMatchObject({
      structuredContent: { id: 1 },
    });
    expect(await mcp.callTool({ name: 'find_order', arguments: { id: 1 } })).toMatchObject({
      structuredContent: { customer: 'Bob', amount: 1, currency: 'EUR' },
    });
    const missing = await mcp.callTool({ name: 'find_order', arguments: { id: 9 } });
    expect(missing).toMatchObject({ isError: true, content: [{ text: 'There is no order 9' }] });
  });

  it('includes many at once', async () => {
    const { AppModule } = await page.import<{ AppModule: Type }>('module');
    const mcp = await page.start(AppModule);
    expect((await mcp.listTools()).tools.map(({ name }) => name)).toEqual([
      'create_order',
      'find_order',
      'orders_exportAll',
      'renumber_product',
    ]);
  });

  it('renames arguments', async () => {
    const { ProductsController } = await page.import<{ ProductsController: Type }>('rename');
    const mcp = await page.start(serving(ProductsController));
    expect(
      await mcp.callTool({ name: 'renumber_product', arguments: { oldId: '1', newId: '2' } }),
    ).toMatchObject({
      structuredContent: { from: '1', to: '2' },
    });
  });

  it('forwards more headers, and tells a call from a person', async () => {
    const { options } = await page.import<{ options: McpSseModuleOptions }>('forward');
    expect(options.routes).toEqual({ forward: ['x-api-key'] });
    const { PeopleGuard } = await page.import<{ PeopleGuard: Type }>('guard');
    const { OrdersController } = await page.import<{ OrdersController: Type }>('controller');
    const module = serving(OrdersController);
    const providers = [...module.providers, { provide: APP_GUARD, useClass: PeopleGuard }];
    const mcp = await page.start({ ...module, providers }, { headers: userHeaders('ann') });
    const refused = await mcp.callTool({ name: 'find_order', arguments: { id: 0 } });
    expect(refused).toMatchObject({ isError: true, content: [{ text: 'Forbidden resource' }] });
    const direct = await fetch(new URL('/orders/0', mcp.url));
    expect(direct.status).toBe(200);
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});

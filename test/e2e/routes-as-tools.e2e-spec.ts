import { expect, it } from '@jest/globals';
import { Body, Controller, Get, Param, ParseIntPipe, Post, Query, ValidationPipe } from '@nestjs/common';
import { IsInt, IsString, Min } from 'class-validator';
import { McpTool } from 'nestjs-mcp-sse';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';

class NewOrder {
  @IsString()
  item!: string;

  @IsInt()
  @Min(1)
  amount!: number;
}

@Controller('orders')
class OrdersController {
  @Get(':id')
  @McpTool({ description: 'Finds an order' })
  find(@Param('id', ParseIntPipe) id: number, @Query('currency') currency = 'EUR') {
    return { id, currency };
  }

  @Post()
  @McpTool({ name: 'create_order' })
  create(@Body() order: NewOrder) {
    return { created: order, isDto: order instanceof NewOrder };
  }
}

describeOnEveryAdapter('routes as tools', (adapter) => {
  const { start } = appPerTest();

  it('answers a call by the route of a controller', async () => {
    const { url } = await start({
      adapter,
      controllers: [OrdersController],
      configure: (app) => void app.useGlobalPipes(new ValidationPipe({ transform: true })),
    });
    const client = await connectSdkHttpClient(`${url}/mcp`);
    const results = [];
    for (const [name, args] of [
      ['find', { id: 7 }],
      ['find', { id: 'x' }],
      ['create_order', { item: 'tea', amount: 2 }],
      ['create_order', { item: 'tea', amount: 0 }],
    ] as const)
      results.push(await client.callTool({ name, arguments: args }));
    expect(results).toEqual([
      answered({ id: 7, currency: 'EUR' }),
      refused('Validation failed (numeric string is expected)'),
      answered({ created: { item: 'tea', amount: 2 }, isDto: true }),
      refused('amount must not be less than 1'),
    ]);
    const direct = await fetch(`${url}/orders/8`);
    expect(await direct.json()).toEqual({ id: 8, currency: 'EUR' });
    await client.close();
  });
});

function answered(data: object): object {
  return { content: [{ type: 'text', text: JSON.stringify(data) }], structuredContent: data };
}

function refused(text: string): object {
  return { content: [{ type: 'text', text }], isError: true };
}

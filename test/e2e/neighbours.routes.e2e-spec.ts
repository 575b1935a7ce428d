import { resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  VersioningType,
  type CanActivate,
  type ExecutionContext,
  type VersioningOptions,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientsModule, MessagePattern, Transport, type ClientProxy } from '@nestjs/microservices';
import { ServeStaticModule } from '@nestjs/serve-static';
import { McpRegistry, McpTool } from 'nestjs-mcp-sse';
import { connectModern } from '../clients/modern-client.js';
import { connectSdkClient, connectSdkHttpClient } from '../clients/sdk-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { freePort } from '../fixtures/free-port.js';
import { Greeter } from '../fixtures/greeter.js';
import { testModule } from '../fixtures/start-app.js';

@Controller('orders')
class OrdersController {
  @Get()
  all() {
    return ['tea'];
  }
}

/** The names of the tools that a client finds over each transport. */
async function toolsOver(url: string): Promise<string[][]> {
  const found: string[][] = [];
  for (const connect of [
    () => connectSdkClient(`${url}/sse`),
    () => connectSdkHttpClient(`${url}/mcp`),
    () => connectModern(url),
  ]) {
    const client = await connect();
    found.push((await client.listTools()).tools.map(({ name }) => name));
    await client.close();
  }
  return found;
}

describeOnAdapters('versions that are not in the URL', (adapter) => {
  const { start } = appPerTest(adapter);

  it.each<[string, VersioningOptions]>([
    ['in a header', { type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' }],
    ['in a media type', { type: VersioningType.MEDIA_TYPE, key: 'v=', defaultVersion: ['1', '2'] }],
    ['from a function', { type: VersioningType.CUSTOM, extractor: () => '2', defaultVersion: '1' }],
  ])('are nothing that clients have to name: %s', async (_where, versioning) => {
    const { url } = await start({
      controllers: [OrdersController],
      providers: [Greeter],
      configure: (app) => void app.enableVersioning(versioning),
    });
    expect(await toolsOver(url)).toEqual(Array(3).fill(['greet']));
    expect((await fetch(`${url}/orders`)).status).toBe(404);
  });
});

describe('@nestjs/serve-static, with a page for every other path', () => {
  const { start } = appPerTest();

  it('leaves the routes of the module alone', async () => {
    const { url } = await start({
      imports: [ServeStaticModule.forRoot({ rootPath: resolve('test/fixtures/neighbours/page') })],
      controllers: [OrdersController],
      providers: [Greeter],
    });
    expect(await toolsOver(url)).toEqual(Array(3).fill(['greet']));
    expect(await (await fetch(`${url}/orders`)).json()).toEqual(['tea']);
    const page = await fetch(`${url}/orders/of/ada`);
    expect(await page.text()).toContain('The page of the application');
  });
});

describeOnAdapters('an application that is also a microservice', (adapter) => {
  const { start } = appPerTest(adapter);

  @Controller()
  class PricesController {
    @MessagePattern('price')
    price(product: string) {
      return product.length;
    }
  }

  @Injectable()
  class PriceTools {
    constructor(@Inject('PRICES') private readonly prices: ClientProxy) {}

    @McpTool({
      input: { type: 'object', properties: { product: { type: 'string' } }, required: ['product'] },
    })
    price({ product }: { product: string }) {
      return this.prices.send<number>('price', product);
    }
  }

  /** Counts the contexts that it runs in. */
  @Injectable()
  class CountingGuard implements CanActivate {
    static readonly seen: string[] = [];

    canActivate(context: ExecutionContext): boolean {
      CountingGuard.seen.push(context.getType());
      return true;
    }
  }

  it.each([true, false])('calls it from a tool (inheritAppConfig: %s)', async (inheritAppConfig) => {
    CountingGuard.seen.length = 0;
    const options = { host: '127.0.0.1', port: await freePort() };
    const { url } = await start({
      imports: [ClientsModule.register([{ name: 'PRICES', transport: Transport.TCP, options }])],
      controllers: [PricesController],
      providers: [PriceTools],
      configure: async (app) => {
        app.useGlobalGuards(new CountingGuard());
        app.connectMicroservice({ transport: Transport.TCP, options }, { inheritAppConfig });
        await app.startAllMicroservices();
      },
    });
    const client = await connectSdkHttpClient(`${url}/mcp`);
    const { content } = await client.callTool({ name: 'price', arguments: { product: 'tea' } });
    expect(content).toEqual([{ type: 'text', text: '3' }]);
    await client.close();
    expect(new Set(CountingGuard.seen)).toEqual(
      new Set(['http', 'mcp', ...(inheritAppConfig ? ['rpc'] : [])]),
    );
  });
});

it('a microservice without HTTP starts with the module in it', async () => {
  const options = { host: '127.0.0.1', port: await freePort() };
  const app = await NestFactory.createMicroservice(testModule({ providers: [Greeter] }), {
    transport: Transport.TCP,
    options,
    logger: false,
    abortOnError: false,
  });
  await app.listen();
  expect(app.get(McpRegistry).tools).toHaveLength(1);
  await app.close();
});

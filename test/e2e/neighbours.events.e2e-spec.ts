import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { EventEmitter2, EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { Interval, ScheduleModule } from '@nestjs/schedule';
import { McpRegistry, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { connectSdkHttpClient } from '../clients/sdk-client.js';
import { startModule } from '../fixtures/start-app.js';

/** Has methods that a client calls, an event calls, and time calls. */
@Injectable()
class Orders {
  private readonly placed: string[] = [];
  private ticks = 0;
  private tick: () => void = () => undefined;
  private readonly ticked = new Promise<void>((resolve) => (this.tick = resolve));

  constructor(
    private readonly events: EventEmitter2,
    private readonly registry: McpRegistry,
  ) {}

  @McpTool({ input: { type: 'object', properties: { product: { type: 'string' } }, required: ['product'] } })
  async place({ product }: { product: string }) {
    await this.events.emitAsync('order.placed', product);
    return this.placed;
  }

  @McpTool()
  async waitForTick() {
    await this.ticked;
    return this.ticks > 0;
  }

  @OnEvent('order.placed')
  onPlaced(product: string) {
    this.placed.push(product);
    this.registry.addTool({ name: `cancel-${product}` }, () => `${product} is cancelled`);
  }

  @Interval(1)
  onInterval() {
    this.ticks++;
    this.tick();
  }
}

it('a provider may have tools beside methods for events and schedules, and options from the configuration', async () => {
  const { url, close } = await startModule({
    module: class {},
    imports: [
      ConfigModule.forRoot({ ignoreEnvFile: true, load: [() => ({ mcp: { name: 'configured' } })] }),
      McpSseModule.forRootAsync({
        imports: [ConfigModule],
        inject: [ConfigService],
        useFactory: (config: ConfigService) => ({
          name: config.getOrThrow<string>('mcp.name'),
          version: '1.0.0',
        }),
      }),
      EventEmitterModule.forRoot(),
      ScheduleModule.forRoot(),
    ],
    providers: [Orders],
  });
  const client = await connectSdkHttpClient(`${url}/mcp`);
  const call = (name: string, args = {}) => client.callTool({ name, arguments: args });
  expect(client.getServerVersion()?.name).toBe('configured');
  expect(await call('place', { product: 'tea' })).toMatchObject({ content: [{ text: '["tea"]' }] });
  expect(await call('cancel-tea')).toMatchObject({ content: [{ text: 'tea is cancelled' }] });
  expect(await call('waitForTick')).toMatchObject({ content: [{ text: 'true' }] });
  await client.close();
  await close();
});

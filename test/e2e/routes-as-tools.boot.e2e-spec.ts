import { describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Param, Post, Put, Query, Sse, UploadedFile, type Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { IsString } from 'class-validator';
import {
  McpConfigurationError,
  McpNamePrefix,
  McpRegistry,
  McpRoutesModule,
  McpSchemaError,
  McpTool,
  type McpRouteSource,
  mcpRegistryToken,
  McpSseModule,
} from 'nestjs-mcp-sse';
import { NEVER, type Observable } from 'rxjs';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const { start } = appPerTest();

class Named {
  @IsString()
  id!: string;
}

@Controller('orders')
class OrdersController {
  @Get(['by-number/:id', ':id'])
  find(@Param('id') id: string) {
    return { id };
  }

  @Post()
  create(@Body() order: Named) {
    return order;
  }

  @Sse('events')
  events(): Observable<MessageEvent> {
    return NEVER;
  }

  helper() {}
}

function toolNames(registry: McpRegistry): string[] {
  return registry.tools.map(({ name }) => name);
}

describe('a route that cannot be a tool stops the boot and says why and how to mend it:', () => {
  it.each<[string, (controller: PropertyDecorator) => Type, Parameters<typeof anError>]>([
    [
      'two values of one name',
      (decorate) => {
        @Controller()
        class Clashing {
          @decorate
          @Put(':id')
          change(@Param('id') _id: string, @Body() _body: Named) {}
        }
        return Clashing;
      },
      [
        McpConfigurationError,
        'Clashing.change',
        '"id" is a parameter of its path and a property of its body',
        "'body.id': 'bodyId'",
      ],
    ],
    [
      'a body that nothing describes',
      (decorate) => {
        @Controller()
        class Undescribed {
          @decorate
          @Post()
          create(@Body() _body: { text: string }) {}
        }
        return Undescribed;
      },
      [McpSchemaError, 'Undescribed.create (@Body())', 'nothing describes it', 'pass "input"'],
    ],
    [
      'a wildcard',
      (decorate) => {
        @Controller('files')
        class Wild {
          @decorate
          @Get('*path')
          read() {}
        }
        return Wild;
      },
      [McpConfigurationError, 'Wild.read has the path "/files/*path"', 'stands for more than one text'],
    ],
    [
      'a stream of events',
      (decorate) => {
        @Controller()
        class Streaming {
          @decorate
          @Sse('events')
          events(): Observable<MessageEvent> {
            return NEVER;
          }
        }
        return Streaming;
      },
      [McpConfigurationError, 'Streaming.events is a stream of events', 'a method of its own'],
    ],
    [
      'an upload',
      (decorate) => {
        @Controller()
        class Uploads {
          @decorate
          @Post()
          upload(@UploadedFile() _file: unknown) {}
        }
        return Uploads;
      },
      [McpConfigurationError, 'Uploads.upload takes an uploaded file'],
    ],
    [
      'a host that is a pattern',
      (decorate) => {
        @Controller({ host: /.*\.example\.com/ })
        class Hosted {
          @decorate
          @Get()
          read() {}
        }
        return Hosted;
      },
      [McpConfigurationError, 'Hosted.read: the host of its controller is a pattern'],
    ],
  ])('%s', async (_what, controllerOf, error) => {
    const controller = controllerOf(McpTool() as PropertyDecorator);
    expect(await bootError({ controllers: [controller] })).toEqual(anError(...error));
  });

  it('an input with a property that goes nowhere, or without a part of the URL', async () => {
    const input = (...names: string[]) =>
      ({ type: 'object', properties: Object.fromEntries(names.map((name) => [name, {}])) }) as const;
    @Controller()
    class Lost {
      @Get(':id')
      @McpTool({ input: input('id', 'text') })
      find(@Param('id') _id: string, @Query('page') _page: string) {}
    }
    @Controller()
    class Missing {
      @Get(':id')
      @McpTool({ input: input('page') })
      find(@Param('id') _id: string, @Query('page') _page: string) {}
    }
    expect(await bootError({ controllers: [Lost] })).toEqual(
      anError(
        McpConfigurationError,
        'Lost.find: "input" has the property "text"',
        'The arguments are id, page',
      ),
    );
    expect(await bootError({ controllers: [Missing] })).toEqual(
      anError(McpSchemaError, 'Missing.find', '"input" lacks the property "id"'),
    );
  });

  it('a header that belongs to the message', async () => {
    const options = { routes: { forward: ['X-Tenant', 'Content-Type'] } };
    expect(await bootError({ options })).toEqual(
      anError(McpConfigurationError, '"routes.forward" names "content-type"', 'Take it out'),
    );
  });

  it.each<[string, readonly McpRouteSource[], string[]]>([
    [
      'a controller of no module',
      [class Elsewhere {}],
      ['Elsewhere, which is no controller of this application'],
    ],
    [
      'a method that is no route',
      [[OrdersController, 'helper']],
      ['OrdersController.helper, which is no route', 'find, create'],
    ],
    [
      'a method that does not exist',
      [[OrdersController, 'fnd']],
      ['OrdersController.fnd, which is no route', 'find, create'],
    ],
    ['an empty list', [[OrdersController]], ['OrdersController without a route']],
  ])('McpRoutesModule that includes %s', async (_what, include, parts) => {
    const imports = [McpRoutesModule.forRoot({ include })];
    expect(await bootError({ imports, controllers: [OrdersController] })).toEqual(
      anError(McpConfigurationError, ...parts),
    );
  });
});

describe('options of routes that are wrong', () => {
  it('McpRoutesModule without a list', () => {
    expect(() => McpRoutesModule.forRoot({ includes: [OrdersController] } as never)).toThrow(
      anError(McpConfigurationError, 'needs a list "include"', 'include: [OrdersController]'),
    );
  });

  it('another name for a value that the route does not take', async () => {
    @Controller()
    class Renaming {
      @McpTool({ rename: { id: 'orderId' } })
      @Put(':id')
      change(@Param('id') _id: string, @Query('page') _page: string) {}
    }
    expect(await bootError({ controllers: [Renaming] })).toEqual(
      anError(
        McpConfigurationError,
        'Renaming.change: "rename" names "id", which the route does not take. It takes path.id, query.page.',
      ),
    );
  });
});

describe('routes that are included', () => {
  it('are tools named after their controller and method, without streams, and one line of the log lists them', async () => {
    const log = new MemoryLog();
    const { app } = await start({
      imports: [McpRoutesModule.forRoot({ include: [OrdersController] })],
      controllers: [OrdersController],
      configure: (configured) => {
        configured.useLogger(log);
        configured.setGlobalPrefix('api');
      },
    });
    expect(toolNames(app.get(McpRegistry))).toEqual(['orders_create', 'orders_find']);
    expect(log.lines.filter((line) => line.includes('models may call'))).toEqual([
      expect.stringContaining(
        'Routes that models may call: GET /api/orders/by-number/:id as "orders_find", POST /api/orders as "orders_create"',
      ),
    ]);
  });

  it('can be named one by one, for one of several servers, and a prefix of their class names them', async () => {
    @Controller('eu')
    @McpNamePrefix('eu_')
    class EuropeanController extends OrdersController {
      @Get('mine')
      @McpTool({ name: 'mine', server: 'other' })
      mine() {}
    }
    const { app } = await start({
      imports: [
        McpSseModule.forRoot({
          name: 'other',
          version: '1.0.0',
          sse: { path: 'o/sse', messagesPath: 'o/messages' },
          http: { path: 'o/mcp' },
        }),
        McpRoutesModule.forRoot({ include: [[EuropeanController, 'find']], server: 'other' }),
      ],
      controllers: [EuropeanController],
      options: { sse: { path: 't/sse', messagesPath: 't/messages' }, http: { path: 't/mcp' } },
    });
    expect(toolNames(app.get(mcpRegistryToken('other'), { strict: false }))).toEqual(['eu_find', 'eu_mine']);
    expect(toolNames(app.get(mcpRegistryToken('test'), { strict: false }))).toEqual([]);
  });

  it('are none of a module that is loaded lazily, as Nest gives its controllers no routes', async () => {
    @Controller('lazy')
    class LazyController {
      @Get()
      @McpTool()
      read() {}
    }
    class LazyModule {}
    const { app } = await start({ controllers: [OrdersController] });
    const loading = app
      .get(LazyModuleLoader, { strict: false })
      .load(() => ({ module: LazyModule, controllers: [LazyController] }));
    await expect(loading).rejects.toThrow('LazyController.read');
  });
});

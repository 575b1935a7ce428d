import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable } from '@nestjs/common';
import * as swagger from '@nestjs/swagger';
import {
  DocumentBuilder,
  IntersectionType,
  OmitType,
  PartialType,
  PickType,
  SwaggerModule,
  type OpenAPIObject,
} from '@nestjs/swagger';
import { before } from '@nestjs/swagger/plugin';
import ts from 'typescript';
import { McpTool } from 'nestjs-mcp-sse';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import type * as Compiled from '../fixtures/neighbours/plugin.dto.js';

const { start, connect } = appPerTest();

/** A file of DTOs as `nest build` compiles it with the plugin of @nestjs/swagger in nest-cli.json. */
function compiledByPlugin(path: string): typeof Compiled {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.CommonJS,
    experimentalDecorators: true,
    emitDecoratorMetadata: true,
    // The types of libraries take seconds to read, and these DTOs need none.
    noLib: true,
    noResolve: true,
  };
  const program = ts.createProgram([path], options);
  let code = '';
  program.emit(program.getSourceFile(path), (_file, text) => (code = text), undefined, false, {
    before: [before({ classValidatorShim: true, introspectComments: true }, program)],
  });
  const require = createRequire(import.meta.url);
  const modules: Record<string, unknown> = { '@nestjs/swagger': swagger, openapi: swagger };
  const exports = {};
  // oxlint-disable-next-line no-implied-eval
  new Function('require', 'exports', code)((name: string) => modules[name] ?? require(name), exports);
  return exports as typeof Compiled;
}

const EMAIL = {
  type: 'string',
  format: 'email',
  maxLength: 80,
  description: 'Where the confirmation goes',
  examples: ['ada@example.com'],
};
const QUANTITY = { type: 'integer', minimum: 1, maximum: 9, default: 1, description: 'How many' };
const DELIVERY = { type: 'string', enum: ['post', 'courier'] };
const NOTE = { type: 'string', description: 'Free text' };

describe('DTOs that the plugin of @nestjs/swagger has compiled', () => {
  it('describe the arguments of tools, also those that its helpers derive', async () => {
    const { CreateOrderDto } = compiledByPlugin('test/fixtures/neighbours/plugin.dto.ts');
    class UpdateOrderDto extends PartialType(CreateOrderDto) {}
    class EmailDto extends PickType(CreateOrderDto, ['email']) {}
    class GiftDto extends IntersectionType(OmitType(CreateOrderDto, ['email', 'delivery']), EmailDto) {}

    @Injectable()
    class OrdersTools {
      @McpTool({ input: CreateOrderDto })
      create(order: object) {
        return order;
      }

      @McpTool({ input: UpdateOrderDto })
      update(order: object) {
        return order;
      }

      @McpTool({ input: GiftDto })
      give(order: object) {
        return order;
      }
    }

    const client = await connect({ providers: [OrdersTools] });
    const { result } = await client.call(1, 'tools/list');
    const schemas = Object.fromEntries(
      (result.tools as { name: string; inputSchema: object }[]).map(({ name, inputSchema }) => [
        name,
        inputSchema,
      ]),
    );
    expect(schemas).toMatchObject({
      create: {
        properties: { email: EMAIL, quantity: QUANTITY, delivery: DELIVERY, note: NOTE },
        required: ['email'],
      },
      update: { properties: { email: EMAIL, quantity: QUANTITY, delivery: DELIVERY, note: NOTE } },
      give: { properties: { email: EMAIL, quantity: QUANTITY, note: NOTE }, required: ['email'] },
    });
    expect(schemas['update']).not.toHaveProperty('required');
    const created = await client.callTool(2, 'create', { email: 'ada@example.com' });
    expect(created.result.structuredContent).toEqual({ email: 'ada@example.com', quantity: 1 });
    expect(textOf(await client.callTool(3, 'update', { email: 'nobody' }))).toBe(
      'isError: Invalid arguments: email must be an email',
    );
  });
});

describe('the OpenAPI document of an application', () => {
  it('has the routes of the application, and none of the module', async () => {
    @Controller('orders')
    class OrdersController {
      @Get()
      all() {
        return [];
      }
    }
    let document: OpenAPIObject | undefined;
    const { url } = await start({
      controllers: [OrdersController],
      imports: [McpConsoleModule.forRoot(), McpMetricsModule.forRoot()],
      configure: (app) => {
        document = SwaggerModule.createDocument(app, new DocumentBuilder().build());
        SwaggerModule.setup('docs', app, document);
      },
    });
    expect(Object.keys(document!.paths)).toEqual(['/orders']);
    const page = await fetch(`${url}/docs`);
    expect(page.status).toBe(200);
  });
});

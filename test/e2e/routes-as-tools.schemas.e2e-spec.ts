import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  DefaultValuePipe,
  Delete,
  Get,
  Headers,
  Ip,
  Param,
  ParseArrayPipe,
  ParseBoolPipe,
  ParseEnumPipe,
  ParseIntPipe,
  ParseUUIDPipe,
  Post,
  Put,
  Query,
  Req,
} from '@nestjs/common';
import {
  ApiBody,
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiQuery,
} from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { McpRegistry, McpSchema, McpTool, type McpToolDefinition } from 'nestjs-mcp-sse';
import * as z from 'zod';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

enum Status {
  Open = 'open',
  Paid = 'paid',
}

class Line {
  @IsString()
  sku!: string;

  @IsInt()
  @IsOptional()
  amount?: number;
}

class Order {
  @IsString()
  @McpSchema({ description: 'Name of the customer' })
  customer!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => Line)
  lines!: Line[];
}

class Filter {
  @IsInt()
  @IsOptional()
  @Type(() => Number)
  page?: number;

  @IsString()
  @IsOptional()
  line?: string;
}

class Person {
  @ApiProperty({ description: 'Full name' })
  name!: string;

  @ApiProperty({ type: () => [Person], required: false })
  friends?: Person[];

  @ApiProperty({ nullable: true, type: Date })
  bornAt!: Date | null;
}

interface Undescribed {
  text: string;
}

@Controller('things')
class ThingsController {
  @Get('by-pipes/:uuid')
  @McpTool()
  pipes(
    @Param('uuid', ParseUUIDPipe) _uuid: string,
    @Query('limit', new DefaultValuePipe(10), ParseIntPipe) _limit: number,
    @Query('status', new ParseEnumPipe(Status, { optional: true })) _status: Status,
    @Query('deep', ParseBoolPipe) _deep: boolean,
    @Query('ids', new ParseArrayPipe({ items: Number })) _ids: number[],
    @Query('text') @McpSchema({ description: 'To look for' }) _text = 'all',
    @Headers('x-tenant') _tenant: string,
    @Ip() _ip: string,
    @Req() _request: unknown,
  ) {}

  @Put(':tenant/orders/:id')
  @McpTool({ rename: { 'path.id': 'orderId' } })
  whole(
    @Param('id') _id: string,
    @Query() _filter: Filter,
    @Body() _order: Order,
    @Body('id') _newId: number,
  ) {}

  @Get('documented/:id')
  @ApiOperation({ summary: 'A person', description: 'Finds a person by number' })
  @ApiParam({ name: 'id', description: 'Number of the person' })
  @ApiQuery({ name: 'sort', enum: ['name', 'age'], required: false })
  @ApiQuery({ name: 'tags', type: [String], required: false })
  @ApiOkResponse({ type: Person })
  @McpTool()
  documented(@Param('id') _id: string, @Query('sort') _sort: string, @Query('tags') _tags: string[]) {}

  @Post('undescribed')
  @ApiBody({ type: Person })
  @ApiCreatedResponse({ type: [Person] })
  @McpTool()
  interfaced(@Body() _body: Undescribed) {}

  @Post('many')
  @McpTool()
  many(@Body(new ParseArrayPipe({ items: Line })) _lines: Line[]) {}

  @Delete(':id')
  @McpTool({ annotations: { destructiveHint: false, title: 'Archive' } })
  remove(@Param() _params: Record<string, string>) {}

  @Post('own/:id')
  @McpTool({ input: z.object({ id: z.string().describe('Its id'), text: z.string() }) })
  declared(@Param('id') _id: string, @Body() _body: Undescribed) {}
}

describe('the schemas of routes as tools', () => {
  let running: RunningApp;
  let tools: Record<string, McpToolDefinition>;

  beforeAll(async () => {
    running = await startApp({ controllers: [ThingsController] });
    tools = Object.fromEntries(running.app.get(McpRegistry).tools.map((tool) => [tool.name, tool]));
  });

  afterAll(() => running.close());

  it('come from pipes, types and default values, without what the request has anyway', () => {
    expect(tools.pipes!.inputSchema).toEqual({
      type: 'object',
      properties: {
        uuid: { type: 'string', format: 'uuid' },
        limit: { type: 'integer', default: 10 },
        status: { enum: ['open', 'paid'] },
        deep: { type: 'boolean' },
        ids: { type: 'array', items: { type: 'number' } },
        text: { type: 'string', description: 'To look for' },
      },
      required: ['uuid', 'deep', 'ids'],
      additionalProperties: false,
    });
  });

  it('join the path, the query and the body in one object, with the parts of the path that no parameter takes', () => {
    expect(tools.whole!.inputSchema).toEqual({
      type: 'object',
      properties: {
        orderId: { type: 'string' },
        page: { type: 'integer' },
        line: { type: 'string' },
        customer: { type: 'string', description: 'Name of the customer' },
        lines: { type: 'array', items: { $ref: '#/$defs/Line' } },
        id: { type: 'number' },
        tenant: { type: 'string' },
      },
      required: ['orderId', 'customer', 'lines', 'id', 'tenant'],
      additionalProperties: false,
      $defs: {
        Line: {
          type: 'object',
          properties: { sku: { type: 'string' }, amount: { type: 'integer' } },
          required: ['sku'],
          additionalProperties: false,
        },
      },
    });
  });

  it('are completed by the decorators of @nestjs/swagger', () => {
    const person = {
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Full name' },
        friends: { type: 'array', items: { $ref: '#/$defs/Person' } },
        bornAt: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] },
      },
      required: ['name', 'bornAt'],
    };
    expect(tools.documented).toMatchObject({
      title: 'A person',
      description: 'Finds a person by number',
      inputSchema: {
        properties: {
          id: { type: 'string', description: 'Number of the person' },
          sort: { type: 'string', enum: ['name', 'age'] },
          tags: { type: 'array', items: { type: 'string' } },
        },
        required: ['id'],
      },
      outputSchema: { ...person, $defs: { Person: person } },
    });
    expect(tools.interfaced).toMatchObject({
      inputSchema: { properties: person.properties, required: ['name', 'bornAt'], $defs: { Person: person } },
      outputSchema: { type: 'array', items: { $ref: '#/$defs/Person' }, $defs: { Person: person } },
    });
  });

  it('have a body that is no object as one argument', () => {
    expect(tools.many!.inputSchema).toMatchObject({
      properties: {
        body: { type: 'array', items: { type: 'object', properties: { sku: { type: 'string' } } } },
      },
      required: ['body'],
    });
  });

  it('give way to a declared input', () => {
    expect(tools.declared!.inputSchema).toMatchObject({
      properties: { id: { type: 'string', description: 'Its id' }, text: { type: 'string' } },
      required: ['id', 'text'],
    });
  });

  it('say which routes only read, unless the options say otherwise', () => {
    const hints = Object.fromEntries(
      Object.values(tools).map(({ name, annotations }) => [name, annotations]),
    );
    expect(hints).toMatchObject({
      pipes: { readOnlyHint: true },
      whole: { readOnlyHint: false, destructiveHint: true },
      remove: { readOnlyHint: false, destructiveHint: false, title: 'Archive' },
    });
  });
});

import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Module, type Type } from '@nestjs/common';
import * as transformer from 'class-transformer';
import * as validator from 'class-validator';
import { McpHeader, McpRegistry, McpSchema, McpSseModule } from 'nestjs-mcp-sse';
import { usePage } from '../fixtures/page.js';
import { evaluated, tableRows } from '../fixtures/page-table.js';

const FILE = 'docs/schemas.md';
const page = usePage('docs/schemas.md');
const SCOPE = { ...validator, ...transformer, McpHeader, McpSchema };
const TYPES: Record<string, unknown> = { String, Number, Boolean, Date, Map, Set, Array, Object };

/** A class whose property `value` has the decorators of a cell of the page. */
function classWith(decorators: string, type = 'String'): Type {
  class Described {}
  const list = `[${decorators
    .split(/\s*(?<!\w)@(?=[A-Z])/)
    .filter(Boolean)
    .join(',')}]`;
  Reflect.defineMetadata('design:type', TYPES[type], Described.prototype, 'value');
  for (const decorate of (evaluated(list, SCOPE) as PropertyDecorator[]).toReversed())
    decorate(Described.prototype, 'value');
  // At least one property, whatever the decorators hide.
  validator.Allow()(Described.prototype, 'other');
  return Described;
}

/** The schemas of the arguments and of the result of a tool of each class, as clients see them. */
async function schemasOf(classes: readonly Type[]) {
  @Module({ imports: [McpSseModule.forRoot({ name: 'page', version: '1.0.0' })] })
  class SchemasModule {}
  const mcp = await page.start(SchemasModule);
  const registry = mcp.app.get(McpRegistry);
  classes.forEach((dto, index) =>
    registry.addTool({ name: `tool${index}`, input: dto, output: dto }, () => undefined),
  );
  const { tools } = await mcp.listTools();
  return tools.map(({ inputSchema, outputSchema }) => [inputSchema.properties!, outputSchema!.properties!]);
}

describe('the page about schemas', () => {
  it('lists the keywords of each decorator', async () => {
    const rows = tableRows(FILE, 'Which keywords follow from a decorator?');
    const schemas = await schemasOf(rows.map(([decorators, type]) => classWith(decorators!, type)));
    expect(schemas.map(([input]) => input!['value'])).toEqual(
      rows.map(([, , schema]) => JSON.parse(schema!) as unknown),
    );
  });

  it('describes the effect of names and exclusions', async () => {
    const rows = tableRows(FILE, 'What do names and exclusions change?');
    const schemas = await schemasOf(rows.map(([decorators]) => classWith(decorators!)));
    const names = schemas.map((sides) =>
      sides.map((side) => Object.keys(side!).find((name) => name !== 'other') ?? '—'),
    );
    expect(rows.map(([decorators], index) => [decorators, ...names[index]!])).toEqual(rows);
  });
});

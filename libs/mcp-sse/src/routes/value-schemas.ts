import { isDeclaredClass } from '../model/declared-class.js';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import type { JsonSchema, Type } from '../model/schema-source.js';
import { ApiModels } from '../schema/api-model.js';
import { apiKeywords } from '../schema/api-property.js';
import { compileSchema } from '../schema/compile-schema.js';
import type { Keywords } from '../schema/keywords.js';
import { isStandardSchema, schemaOfClass } from '../schema/standard-schema.js';
import { validationMetadataOf } from '../schema/validation-metadata.js';
import { apiParameter, apiQueryNames } from './api-operation.js';
import { pipedValue, primitive } from './parameter-schema.js';
import type { Place, RouteParameter } from './route-parameters.js';

interface NamedValue {
  readonly schema: Keywords;
  readonly isRequired: boolean;
  readonly separator?: string;
}

/** Describes the values that a route's handler takes, from their decorators, pipes and types. */
export class ValueSchemas {
  /**
   * @param method the handler
   * @param where it is, for messages
   */
  constructor(
    private readonly method: object,
    private readonly where: string,
  ) {}

  /** A value with a name, such as of `@Query('page', ParseIntPipe)`. */
  named(parameter: RouteParameter): NamedValue {
    const { place, name, pipes, hasDefault, keywords } = parameter;
    const api = apiParameter(this.method, place === 'body' ? 'query' : place, name);
    const piped = pipedValue(pipes);
    const schema = { ...this.valueOf(parameter, piped?.elements, piped?.schema, api), ...keywords };
    const isOptional = piped?.isOptional || hasDefault || api?.['required'] === false || 'default' in schema;
    const isRequired = place === 'path' || place === 'host' || !isOptional;
    return { schema, isRequired, separator: piped?.separator };
  }

  /** A part of the URL that the handler does not take by name. */
  unnamed(place: Place, name: string): Keywords {
    return this.valueOf(
      { place, type: String },
      undefined,
      undefined,
      apiParameter(this.method, place, name),
    );
  }

  /**
   * All values of a place, such as of `@Body() order: CreateOrder`.
   *
   * @param isDeclared whether "input" describes the arguments, so that nothing else has to
   * @throws {McpSchemaError} when nothing describes them
   */
  whole(parameter: RouteParameter, isDeclared: boolean): JsonSchema | undefined {
    const { place, type, schema, pipes } = parameter;
    const label = `${this.where} (@${place === 'body' ? 'Body' : 'Query'}())`;
    if (isStandardSchema(schema)) return compileSchema(schema, label, 'output' as 'input').jsonSchema;
    const piped = pipedValue(pipes);
    if (place === 'body' && piped?.schema['type'] === 'array')
      return { ...piped.schema, ...this.items(piped.elements, label) };
    if (isDeclaredClass(type)) {
      const described = this.classOf(type, label);
      if (described) return described;
    }
    const documented = this.documented(place);
    if (documented) return documented;
    if (place === 'body' && (primitive(type) || type === Array))
      return primitive(type) ?? { type: 'array', items: {} };
    if (isDeclared) return undefined;
    throw new McpSchemaError(
      label,
      'nothing describes it: its type is no class, or one without decorators of class-validator or @ApiProperty(). ' +
        `Declare such a class${place === 'query' ? ", name its values one by one (@Query('page'))" : ''}, or pass ` +
        '"input" to @McpTool() with a schema of all arguments.',
    );
  }

  /** The class of `@Param() params: OrderParams`, if it is described. */
  ofUrl({ type }: RouteParameter): JsonSchema | undefined {
    return isDeclaredClass(type) ? this.classOf(type, `${this.where} (@Param())`) : undefined;
  }

  private valueOf(
    { place, type, schema }: Pick<RouteParameter, 'place' | 'type' | 'schema'>,
    elements: unknown,
    piped: Keywords | undefined,
    api: Keywords | undefined,
  ): Keywords {
    const documented = api && documentOf(new ApiModels(), api);
    const known = isStandardSchema(schema)
      ? compileSchema(schema, this.where, 'output').jsonSchema
      : piped && { ...piped, ...this.items(elements, this.where) };
    const typed = known ?? this.typed(type);
    const unknown = place === 'body' ? {} : { type: 'string' };
    const listed = typed && lacksItems(typed) ? documented?.['items'] : undefined;
    return {
      ...(api && apiKeywords(api)),
      ...documented,
      ...(typed ?? (documented ? {} : unknown)),
      ...(listed !== undefined && { items: listed }),
    };
  }

  private typed(type: unknown): Keywords | undefined {
    if (type === Array) return { type: 'array', items: {} };
    return primitive(type) ?? (isDeclaredClass(type) ? this.classOf(type, this.where) : undefined);
  }

  private items(elements: unknown, label: string): Keywords {
    const items = isDeclaredClass(elements) ? this.classOf(elements, label) : undefined;
    return items ? hoistItems(items) : {};
  }

  private classOf(type: Type, label: string): JsonSchema | undefined {
    return documentedType({ type }, label, 'input');
  }

  /** What `@ApiBody()`, or several `@ApiQuery()`, say of a place. */
  private documented(place: Place): JsonSchema | undefined {
    if (place === 'body') {
      const api = apiParameter(this.method, 'body', undefined);
      if (isDeclaredClass(api?.['type']) && api?.['isArray'] !== true)
        return this.classOf(api!['type'] as Type, this.where);
      return api && documentOf(new ApiModels(), api);
    }
    const names = apiQueryNames(this.method);
    if (names.length === 0) return undefined;
    const apis = names.map((name) => [name, apiParameter(this.method, 'query', name)!] as const);
    return {
      type: 'object',
      properties: Object.fromEntries(
        apis.map(([name, api]) => [
          name,
          documentOf(new ApiModels(), api) ?? { type: 'string', ...apiKeywords(api) },
        ]),
      ),
      required: apis.filter(([, api]) => api['required'] !== false).map(([name]) => name),
    };
  }
}

/**
 * The schema of what a decorator of @nestjs/swagger names as `type`, or of a class: of its validators, its static `schema` or
 * its `@ApiProperty()`s.
 *
 * @returns undefined where nothing describes it
 * @throws {McpSchemaError}
 */
export function documentedType(
  api: Keywords,
  label: string,
  direction: 'input' | 'output',
): JsonSchema | undefined {
  const { type, isArray } = api;
  if (
    isArray !== true &&
    isDeclaredClass(type) &&
    (schemaOfClass(type) || validationMetadataOf(type).length > 0)
  )
    return compileSchema(type, label, direction).jsonSchema;
  return documentOf(new ApiModels(), api);
}

/** What decorators describe, as one document. */
function documentOf(models: ApiModels, api: Keywords): JsonSchema | undefined {
  const schema = models.schemaOf(api);
  if (!schema) return undefined;
  const name = /^#\/\$defs\/(.+)$/.exec(String(schema['$ref']))?.[1];
  const root = name === undefined ? schema : models.$defs[name]!;
  const { description } = api;
  const isReferenced = JSON.stringify([root, models.$defs]).includes('"$ref"');
  return {
    ...root,
    ...(typeof description === 'string' && description !== '' && { description }),
    ...(isReferenced && { $defs: models.$defs }),
  };
}

/** The schema of an array's elements, with the definitions where those of the array are. */
function hoistItems({ $defs, ...items }: JsonSchema): Keywords {
  return { items, ...($defs !== undefined && { $defs }) };
}

function lacksItems({ items }: Keywords): boolean {
  return typeof items === 'object' && items !== null && Object.keys(items).length === 0;
}

import type { JsonObjectSchema, JsonSchema } from '../model/schema-source.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { Keywords } from '../schema/keywords.js';
import type { Place } from './route-parameters.js';

/** Where the value of an argument goes. */
export interface RouteArgument {
  readonly place: Place;
  /** The value's name there; undefined if it is the whole body. */
  readonly key?: string;
  /** Between the elements of an array that is sent as one text. */
  readonly separator?: string;
}

const NAME_OF: Readonly<Record<Place, string>> = {
  path: 'a parameter of its path',
  host: 'a parameter of its host',
  query: 'a parameter of its query',
  body: 'a property of its body',
};

/** Collects the arguments of a route, and the schema of the object that they make. */
export class InputBuilder {
  readonly arguments = new Map<string, RouteArgument>();
  private readonly properties: Record<string, Keywords> = {};
  private readonly required: string[] = [];
  private readonly $defs: Record<string, Keywords> = {};

  /** @param rename new names, by `query.page` and the like */
  constructor(
    private readonly where: string,
    private readonly rename: Readonly<Record<string, string>>,
  ) {}

  /** @throws {McpConfigurationError} when another value has the name */
  add(argument: RouteArgument, schema: Keywords, isRequired: boolean): void {
    const { place, key = 'body' } = argument;
    const name = this.rename[`${place}.${key}`] ?? key;
    const other = this.arguments.get(name);
    // A handler may take a value twice, such as with its whole place.
    if (other && other.place === place && other.key === argument.key) return;
    if (other) throw this.clash(name, other, argument);
    this.arguments.set(name, argument);
    this.properties[name] = this.hoisted(schema as JsonSchema);
    if (isRequired) this.required.push(name);
  }

  /** Adds each property of an object. */
  addAll(place: Place, document: JsonSchema): void {
    const { properties = {}, required = [] } = this.hoisted(document) as JsonSchema;
    for (const [key, schema] of Object.entries(properties))
      this.add({ place, key }, schema as Keywords, required.includes(key));
  }

  has(place: Place, key: string): boolean {
    return [...this.arguments.values()].some((argument) => argument.place === place && argument.key === key);
  }

  /** @throws {McpConfigurationError} for a new name of a value that the route does not take */
  assertRenamed(): void {
    const taken = [...this.arguments.values()].map(({ place, key = 'body' }) => `${place}.${key}`);
    const wrong = Object.keys(this.rename).find((source) => !taken.includes(source));
    if (wrong === undefined) return;
    throw new McpConfigurationError(
      `${this.where}: "rename" names "${wrong}", which the route does not take. It takes ${taken.join(', ') || 'nothing'}.`,
    );
  }

  /** The schema of the arguments. */
  get schema(): JsonObjectSchema {
    return {
      type: 'object',
      properties: this.properties,
      ...(this.required.length > 0 && { required: this.required }),
      additionalProperties: false,
      ...(Object.keys(this.$defs).length > 0 && { $defs: this.$defs }),
    };
  }

  /** Moves the definitions of a document to those of the whole, under names that are free there. */
  private hoisted({ $defs = {}, ...schema }: JsonSchema): Keywords {
    const definitions = Object.entries($defs as Record<string, Keywords>);
    if (definitions.length === 0) return schema;
    let text = JSON.stringify({ schema, definitions });
    const names = definitions.map(([name, definition]) => {
      const free = this.freeName(name, definition);
      if (free !== name) text = text.replaceAll(`"#/$defs/${name}"`, `"#/$defs/${free}"`);
      return free;
    });
    const moved = JSON.parse(text) as { schema: Keywords; definitions: [string, Keywords][] };
    for (const [index, [, definition]] of moved.definitions.entries()) this.$defs[names[index]!] = definition;
    return moved.schema;
  }

  private freeName(name: string, definition: Keywords): string {
    let free = name;
    for (let count = 2; free in this.$defs && !isSame(this.$defs[free]!, definition); count++)
      free = `${name}${count}`;
    return free;
  }

  private clash(name: string, one: RouteArgument, other: RouteArgument): McpConfigurationError {
    const { place, key = 'body' } = other;
    return new McpConfigurationError(
      `${this.where}: "${name}" is ${NAME_OF[one.place]} and ${NAME_OF[place]}, and the arguments of a tool are one object. ` +
        `Give one of them another name for models: @McpTool({ rename: { '${place}.${key}': '${place}${capitalized(key)}' } }).`,
    );
  }
}

function isSame(one: Keywords, other: Keywords): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

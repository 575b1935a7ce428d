import { brand } from '../copies.js';

/** The application is misconfigured. Stops the boot. The message says how to fix it. */
export class McpConfigurationError extends Error {
  static {
    brand(this, 'McpConfigurationError');
  }

  override readonly name: string = 'McpConfigurationError';
}

/** A controller's method is decorated. Nest would silently skip its guards. */
export class McpDecoratedControllerError extends McpConfigurationError {
  static {
    brand(this, 'McpDecoratedControllerError');
  }

  override readonly name = 'McpDecoratedControllerError';

  /** @param isRoute whether it has a decorator such as `@Get()` */
  constructor(decorator: string, controller: string, method: string, isRoute: boolean) {
    const where = `${controller}.${method}`;
    super(
      isRoute
        ? `${where} has ${decorator}, but ${controller} is a controller, whose routes can be tools only: @McpTool(). Move the ` +
            'method to a class in the "providers" of a module and inject that into the controller.'
        : `${where} has ${decorator}, but ${controller} is a controller, and the method is no route. Give it a decorator such ` +
            'as @Get(), or move it to a class in the "providers" of a module and inject that into the controller.',
    );
  }
}

/** Two features of one kind have the same name (or, for resources, the same URI). */
export class McpDuplicateNameError extends McpConfigurationError {
  static {
    brand(this, 'McpDuplicateNameError');
  }

  override readonly name = 'McpDuplicateNameError';

  constructor(kind: string, identity: string, first: string, second: string, option: string) {
    super(
      `Two ${kind}s are called "${identity}": ${first} and ${second}. ` +
        (first.includes(' of ') && methodOf(first) === methodOf(second)
          ? 'Provide the class in one module, export it there, and import that module in the other.'
          : `Give one of them another "${option}" in its decorator${option === 'name' ? ', or its class a @McpNamePrefix()' : ''}.`),
    );
  }
}

/** Of a source such as `Orders.find of OrdersModule`. */
function methodOf(source: string): string {
  return source.split(' of ')[0]!;
}

/** A decorated method has a parameter that no decorator fills. */
export class McpParameterError extends McpConfigurationError {
  static {
    brand(this, 'McpParameterError');
  }

  override readonly name = 'McpParameterError';

  constructor(where: string, index: number, problem: string) {
    super(`${where}: parameter ${index + 1} cannot be resolved: ${problem}`);
  }
}

/** A schema cannot be expressed as JSON Schema, or its root is not an object. */
export class McpSchemaError extends McpConfigurationError {
  static {
    brand(this, 'McpSchemaError');
  }

  override readonly name = 'McpSchemaError';

  /** @param where the class and method (and option) of the schema */
  constructor(where: string, problem: string) {
    super(`${where}: ${problem}`);
  }
}

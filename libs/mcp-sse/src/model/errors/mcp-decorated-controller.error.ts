import { McpConfigurationError } from './mcp-configuration.error.js';

/** A method of a controller is decorated; its guards would silently not run. */
export class McpDecoratedControllerError extends McpConfigurationError {
  override readonly name = 'McpDecoratedControllerError';

  constructor(decorator: string, controller: string, method: string) {
    super(
      `${controller}.${method} has ${decorator}, but ${controller} is a controller. ` +
        `Move the method to a class in the "providers" of a module and inject that into the controller.`,
    );
  }
}

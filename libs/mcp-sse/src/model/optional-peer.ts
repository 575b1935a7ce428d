import { McpConfigurationError } from './errors/mcp-configuration.error.js';

/**
 * A package that only some applications install. It is imported once, before anything that needs it is served, and is
 * used synchronously from then on.
 */
export class OptionalPeer<Package> {
  private imported?: Package;
  private failure?: unknown;

  /**
   * @param importIt imports the package by a literal name, so that bundlers find it, and within a `try`, so that they
   *   accept its absence
   */
  constructor(
    private readonly name: string,
    private readonly importIt: (failed: (error: unknown) => undefined) => Promise<Package | undefined>,
  ) {}

  /** The package, once it is loaded. */
  get package(): Package {
    return this.imported!;
  }

  /**
   * @param user what needs the package, for the message
   * @throws {McpConfigurationError} if it is not installed
   */
  async load(user: string): Promise<Package> {
    await this.tryLoad();
    return this.for(user);
  }

  /** Loads the package if it is installed. */
  async tryLoad(): Promise<void> {
    this.imported ??= await this.importIt((error) => {
      this.failure = error;
      return undefined;
    });
  }

  /** @throws {McpConfigurationError} if it is not loaded; the message says what to do */
  for(user: string): Package {
    if (this.imported) return this.imported;
    const { failure, name } = this;
    if (failure === undefined)
      throw new McpConfigurationError(
        `${user} needs the package ${name}, which was not loaded when the application started, because nothing needed it ` +
          `then. Import the class before the application starts, such as in the file of a module.`,
      );
    if (!isMissing(failure, name)) throw failure;
    throw new McpConfigurationError(
      `${user} needs the package ${name}, which is not installed. Run: npm install ${name}`,
      { cause: failure },
    );
  }
}

/** Whether an import failed because this package is missing, rather than one that it imports. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as { code?: unknown; message: string };
  const isUnresolved = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
  return isUnresolved && message.includes(`'${name}'`);
}

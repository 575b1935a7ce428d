/** Options of `McpConsoleModule.forRoot()`. */
export interface McpConsoleOptions {
  /** Route of the page, `console` by default. It has no parameters. */
  path?: string;

  /**
   * Whether there is a console. By default there is one unless NODE_ENV is `production`; there it is to be asked for,
   * and its server must authenticate.
   */
  enabled?: boolean;

  /**
   * Roles whose holders see every session of their tenant (those without a tenant see sessions without one). Everyone
   * else sees the sessions of his own principal. None by default.
   */
  roles?: readonly string[];

  /**
   * What is hidden of messages besides members whose names say that they are secret (`password`, `token`, `secret`,
   * `authorization`, `apiKey`, …): more such names, or a function that gets each message, those members hidden already,
   * and returns what is shown of it.
   */
  redact?: readonly string[] | ((message: Readonly<Record<string, unknown>>) => object);
}

/** Injection token of the `ObservedServer` that a console is for. */
export const CONSOLE_SERVER = Symbol('nestjs-mcp-sse:console-server');

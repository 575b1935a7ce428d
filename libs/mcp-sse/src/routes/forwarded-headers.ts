import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

/** Say who the caller is, and belong to each request of theirs. */
const CALLER = ['authorization', 'cookie', 'user-agent', 'accept-language'];
const TRACE = ['traceparent', 'tracestate', 'baggage', 'x-request-id'];
/** By these the application finds the address and the host that the client used, as far as it trusts proxies. */
const PROXIES = [
  ...['host', 'forwarded', 'x-real-ip', 'x-forwarded-for'],
  ...['x-forwarded-host', 'x-forwarded-port', 'x-forwarded-proto', 'x-forwarded-prefix'],
];
/** Belong to the message of the protocol and to its connection. */
const OF_MESSAGE =
  /^(accept|accept-encoding|connection|content-.*|expect|host|if-.*|keep-alive|last-event-id|mcp-.*|range|te|trailer|transfer-encoding|upgrade)$/;

/** Chooses the headers of a call that its request to a route has too. */
export class ForwardedHeaders {
  private readonly names: readonly string[];

  /**
   * @param more names, in any case
   * @throws {McpConfigurationError} for a header that the message of the protocol needs for itself
   */
  constructor(more: readonly string[]) {
    const names = more.map((name) => name.toLowerCase());
    const wrong = names.find((name) => OF_MESSAGE.test(name));
    if (wrong !== undefined)
      throw new McpConfigurationError(
        `"routes.forward" names "${wrong}", which belongs to the call's own message: a request to a route has one of its ` +
          'own. Take it out.',
      );
    this.names = [...new Set([...CALLER, ...TRACE, ...PROXIES, ...names])];
  }

  of(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
    const forwarded: OutgoingHttpHeaders = {};
    for (const name of this.names) {
      const value = headers[name];
      if (value !== undefined) forwarded[name] = value;
    }
    return forwarded;
  }
}

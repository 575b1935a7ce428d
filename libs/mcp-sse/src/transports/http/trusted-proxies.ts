import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';

const RANGE = /^(?<address>[^/]+)(\/(?<bits>\d+))?$/;

/** The proxies whose headers about the original request are believed. */
export class TrustedProxies {
  private readonly trusted = new BlockList();

  /** @throws {McpConfigurationError} when one of them is neither an address nor a CIDR range */
  constructor(trustedProxies: readonly string[]) {
    for (const proxy of trustedProxies) this.trust(proxy);
  }

  /** A header of the proxy that a request came by, if it is a trusted one. */
  header(name: string, { headers, socket }: IncomingMessage): string | undefined {
    const value = headers[name];
    const address = socket.remoteAddress ?? '';
    const isTrusted = () => this.trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
    // A Unix socket has no address.
    return typeof value === 'string' && isIP(address) !== 0 && isTrusted() ? value : undefined;
  }

  private trust(proxy: string): void {
    const { address = '', bits } = RANGE.exec(proxy)?.groups ?? {};
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    try {
      if (bits === undefined) this.trusted.addAddress(address, family);
      else this.trusted.addSubnet(address, Number(bits), family);
    } catch {
      throw new McpConfigurationError(
        `"trustedProxies" has "${proxy}", which is neither an address nor a range such as 10.0.0.0/8.`,
      );
    }
  }
}

import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';

const RANGE = /^(?<address>[^/]+)(\/(?<bits>\d+))?$/;
const PREFIX = /^(\/[\w.~!$&'()*+,;=:@%-]+)+\/?$/;

/** Reads `X-Forwarded-Prefix`, which says what a proxy stripped from a path, from trusted proxies only. */
export class ForwardedPrefix {
  private readonly trusted = new BlockList();

  /** @throws {McpConfigurationError} when one of them is neither an address nor a CIDR range */
  constructor(trustedProxies: readonly string[]) {
    for (const proxy of trustedProxies) this.trust(proxy);
  }

  /** @returns the prefix, with a slash in front and none behind; empty when there is none */
  of({ headers, socket }: IncomingMessage): string {
    const prefix = headers['x-forwarded-prefix'];
    if (typeof prefix !== 'string' || !PREFIX.test(prefix) || prefix.includes('//')) return '';
    const address = socket.remoteAddress ?? '';
    return this.trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4') ? prefix.replace(/\/$/, '') : '';
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

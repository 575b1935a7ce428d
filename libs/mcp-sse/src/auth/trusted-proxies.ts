import type { IncomingMessage } from 'node:http';
import { BlockList, isIP, isIPv6 } from 'node:net';
import { rawRequest } from '../http/raw-request.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';

const RANGE = /^(?<address>[^/]+)(\/(?<bits>\d+))?$/;

/** The proxies whose `X-Forwarded-…` headers are trusted. */
export class TrustedProxies {
  private readonly trusted = new BlockList();
  private readonly isEmpty: boolean;

  /** @throws {McpConfigurationError} when one of them is neither an address nor a CIDR range */
  constructor(trustedProxies: readonly string[]) {
    this.isEmpty = trustedProxies.length === 0;
    for (const proxy of trustedProxies) this.trust(proxy);
  }

  /** A header of a request from a trusted proxy; undefined for other requests. */
  header(name: string, { headers, socket }: IncomingMessage): string | undefined {
    const value = headers[name];
    return typeof value === 'string' && this.trusts(socket.remoteAddress ?? '') ? value : undefined;
  }

  /** The client's address: the last one in `X-Forwarded-For` that is no trusted proxy's. Each proxy appends one. */
  clientOf(request: IncomingMessage): string {
    const hops = this.header('x-forwarded-for', request)?.split(',') ?? [];
    let client = request.socket.remoteAddress ?? '';
    for (const hop of hops.toReversed()) {
      const address = hop.trim();
      if (isIP(address) === 0 || !this.trusts(client)) break;
      client = address;
    }
    return client;
  }

  /**
   * The client's address as the adapter reports it. An adapter that knows no proxies, or trusts none, reports the
   * connection's.
   *
   * @param request of the adapter, or of another node; without HTTP there is no address
   */
  addressOf(request: unknown): string | undefined {
    const { ip } = (request ?? {}) as { readonly ip?: string };
    if (this.isEmpty) return ip;
    const raw = rawRequest(request ?? {});
    const { remoteAddress } = (raw as Partial<IncomingMessage>).socket ?? {};
    return remoteAddress !== undefined && (ip ?? remoteAddress) === remoteAddress ? this.clientOf(raw) : ip;
  }

  private trusts(address: string): boolean {
    // A Unix socket has no address.
    return isIP(address) !== 0 && this.trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
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

import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { TrustedProxies } from '../../auth/trusted-proxies.js';

const PREFIX = /^(\/[\w.~!$&'()*+,;=:@%-]+)+\/?$/;
/** A host that needs no quotes in a header. */
const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/** The URL at which clients reach the root of the application, from the options and from trusted proxies. */
export class PublicUrl {
  private readonly url?: URL;
  private readonly proxies: TrustedProxies;

  /** @throws {McpConfigurationError} */
  constructor({ publicUrl, trustedProxies }: Pick<ResolvedOptions, 'publicUrl' | 'trustedProxies'>) {
    this.url = publicUrl === undefined ? undefined : parsed(publicUrl);
    this.proxies = new TrustedProxies(trustedProxies);
  }

  /**
   * The prefix that a proxy stripped from the path of a request.
   *
   * @returns the prefix with a slash in front and none behind; empty if there is none
   */
  prefixOf(request: IncomingMessage): string {
    if (this.url) return this.url.pathname.replace(/\/$/, '');
    const prefix = this.proxies.header('x-forwarded-prefix', request);
    return prefix === undefined || !PREFIX.test(prefix) || prefix.includes('//')
      ? ''
      : prefix.replace(/\/$/, '');
  }

  /** @returns the scheme and authority that the client used; undefined when they are unknown */
  originOf(request: IncomingMessage): string | undefined {
    if (this.url) return this.url.origin;
    const host = request.headers.host ?? (request.headers[':authority'] as string | undefined) ?? '';
    if (!HOST.test(host)) return undefined;
    const forwarded = this.proxies.header('x-forwarded-proto', request);
    const isEncrypted = (request.socket as TLSSocket).encrypted === true;
    const scheme = forwarded === 'https' || forwarded === 'http' ? forwarded : isEncrypted ? 'https' : 'http';
    const origin = `${scheme}://${host}`;
    // There is no port 99999, and no address 127.0.0.999.
    return URL.canParse(origin) ? origin : undefined;
  }
}

function parsed(publicUrl: string): URL {
  // `localhost:3000/api` is a URL too, of the scheme "localhost".
  if (!URL.canParse(publicUrl) || !/^https?:\/\//i.test(publicUrl))
    throw new McpConfigurationError(
      `"publicUrl" is "${publicUrl}", but must be a URL such as https://example.com/api.`,
    );
  return new URL(publicUrl);
}

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { McpSseModuleOptions } from '../model/mcp-sse.options.js';
import { isLoopbackAddress, isLoopbackName } from './loopback.js';

/** What proxies add besides `X-Forwarded-…`. */
const OF_PROXIES: ReadonlySet<string> = new Set(['forwarded', 'via', 'x-real-ip']);

/**
 * Decides whether a request may come in before anything else looks at it: the one rule of every route of the module.
 *
 * - Without authentication a server serves its own machine only: loopback addresses and Unix sockets. Behind a proxy every
 *   connection is a local one, so requests that a proxy has marked are refused as well.
 * - The Host must be listed, or a loopback name on a loopback address, against DNS rebinding.
 * - The Origin must be listed, or the server's own. With authentication, pages of loopback names are served on a
 *   loopback address too.
 * - A page of another site that sends no Origin is refused by what the browser says of it.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export class EdgePolicy {
  private readonly hosts?: ReadonlySet<string>;
  private readonly origins?: ReadonlySet<string>;

  /** @param isProtected whether something authenticates the requests */
  constructor(
    { allowedHosts, allowedOrigins }: Pick<McpSseModuleOptions, 'allowedHosts' | 'allowedOrigins'>,
    private readonly isProtected: boolean,
  ) {
    this.hosts = listed(allowedHosts);
    this.origins = listed(allowedOrigins);
  }

  /**
   * @param isPage whether the route is a page for people, which links of other sites may lead to
   * @returns why the request is refused, or undefined when it is not
   */
  refusal({ headers, socket }: IncomingMessage, isPage = false): string | undefined {
    // With authentication, any host leads to a Unix socket: proxies that connect by one pass on the name of the site.
    const isLocal = isLoopbackAddress(socket.localAddress) || (!this.isProtected && isUnixSocket(socket));
    if (!this.isProtected && (!isLocal || isForwarded(headers)))
      return (
        'This server has no authentication, so it serves loopback connections only, and none that came through a ' +
        'proxy. Set "auth" or "guards".'
      );
    const host = (headers.host ?? (headers[':authority'] as string | undefined) ?? '').toLowerCase();
    if (!this.allowsHost(host, isLocal))
      return `The host "${host}" is not served. Add it to "allowedHosts" if it should be.`;
    const origin = headers.origin?.toLowerCase();
    if (origin !== undefined)
      return this.allowsOrigin(origin, host, isLocal)
        ? undefined
        : `The origin "${origin}" is not allowed. Add it to "allowedOrigins" if it should be.`;
    if (isOfOtherSite(headers) && !this.origins?.has('*') && !(isPage && isNavigation(headers)))
      return (
        'A page of another site asks for this without an Origin. Use fetch() in CORS mode or an EventSource, from an ' +
        'origin that is in "allowedOrigins".'
      );
    return undefined;
  }

  private allowsHost(host: string, isLocal: boolean): boolean {
    if (this.hosts) return this.hosts.has('*') || this.hosts.has(host) || this.hosts.has(nameOf(host));
    return !isLocal || isLoopbackName(nameOf(host));
  }

  private allowsOrigin(origin: string, host: string, isLocal: boolean): boolean {
    if (this.origins?.has('*') || this.origins?.has(origin)) return true;
    const page = /^https?:\/\/(.+)$/.exec(origin)?.[1];
    if (page === undefined) return false;
    // A name that was bound to this address anew is the host of its own pages. Where the host could be any, a list of
    // origins is all that tells them apart.
    if (page === host) return !this.origins || this.knowsHosts(isLocal);
    return !this.origins && this.isProtected && isLocal && isLoopbackName(nameOf(page));
  }

  private knowsHosts(isLocal: boolean): boolean {
    return this.hosts ? !this.hosts.has('*') : isLocal;
  }
}

/** Servers that listen on a path: one that has stopped listening does not know its address any more. */
const onPaths = new WeakSet<Server>();

/** The server tells, since a TCP socket that was reset has no address either. */
function isUnixSocket({ localAddress, server }: Socket & { readonly server?: Server }): boolean {
  if (localAddress !== undefined || !server) return false;
  const address = server.address();
  if (address === null) return onPaths.has(server);
  if (typeof address !== 'string') return false;
  onPaths.add(server);
  return true;
}

/** An empty list, as configuration from an environment has it, is no list. */
function listed(values: readonly string[] = []): ReadonlySet<string> | undefined {
  return values.length > 0 ? new Set(values.map((value) => value.toLowerCase())) : undefined;
}

/** A host without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

function isForwarded(headers: IncomingHttpHeaders): boolean {
  for (const name in headers) if (name.startsWith('x-forwarded-') || OF_PROXIES.has(name)) return true;
  return false;
}

/** Whether a browser says that a page of another origin made the request. Other clients say nothing. */
function isOfOtherSite({ 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function isNavigation(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

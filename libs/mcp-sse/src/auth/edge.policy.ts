import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { McpSseModuleOptions } from '../model/mcp-sse.options.js';
import { isLoopbackAddress, isLoopbackName } from './loopback.js';

/** Headers that proxies add besides `X-Forwarded-…`. */
const OF_PROXIES: ReadonlySet<string> = new Set(['forwarded', 'via', 'x-real-ip']);

/**
 * Decides, before any guard, whether a request is let in. Applies to every route of the module.
 *
 * - Without authentication a server serves its own machine only: loopback addresses and Unix sockets. Behind a proxy all
 *   connections are local, so requests with proxy headers are refused too.
 * - Against DNS rebinding, the Host must be listed, or be a loopback name on a loopback address.
 * - The Origin must be listed or be the server's own. With authentication, pages of loopback names are also served on a
 *   loopback address.
 * - A cross-site request without an Origin is recognised by its Fetch Metadata headers and refused.
 *
 * @see https://www.w3.org/TR/fetch-metadata/
 */
export class EdgePolicy {
  private readonly hosts?: ReadonlySet<string>;
  private readonly origins?: ReadonlySet<string>;

  /** @param isProtected whether requests are authenticated */
  constructor(
    { allowedHosts, allowedOrigins }: Pick<McpSseModuleOptions, 'allowedHosts' | 'allowedOrigins'>,
    private readonly isProtected: boolean,
  ) {
    this.hosts = listed(allowedHosts);
    this.origins = listed(allowedOrigins);
  }

  /**
   * @param isPage whether the route is a page that other sites may link to
   * @returns why the request is refused, or undefined if it is let in
   */
  refusal({ headers, socket }: IncomingMessage, isPage = false): string | undefined {
    if (!this.isProtected && (!this.isLocal(socket) || isForwarded(headers)))
      return (
        'This server has no authentication, so it serves loopback connections only, and none that came through a ' +
        'proxy. Set "auth" or "guards".'
      );
    const host = (headers.host ?? (headers[':authority'] as string | undefined) ?? '').toLowerCase();
    if (!this.allowsHost(host, socket))
      return `The host "${host}" is not served. Add it to "allowedHosts" if it should be.`;
    const origin = headers.origin?.toLowerCase();
    if (origin !== undefined)
      return this.allowsOrigin(origin, host, socket)
        ? undefined
        : `The origin "${origin}" is not allowed. Add it to "allowedOrigins" if it should be.`;
    if (isOfOtherSite(headers) && !this.origins?.has('*') && !(isPage && isNavigation(headers)))
      return (
        'A page of another site requested this without an Origin. Use fetch() in CORS mode or an EventSource, from an ' +
        'origin listed in "allowedOrigins".'
      );
    return undefined;
  }

  private allowsHost(host: string, socket: Socket): boolean {
    if (this.hosts) return this.hosts.has('*') || this.hosts.has(host) || this.hosts.has(nameOf(host));
    return isLoopbackName(nameOf(host)) || !this.isLocal(socket);
  }

  private allowsOrigin(origin: string, host: string, socket: Socket): boolean {
    if (this.origins?.has('*') || this.origins?.has(origin)) return true;
    const page = /^https?:\/\/(.+)$/.exec(origin)?.[1];
    if (page === undefined) return false;
    // After DNS rebinding, a page's origin equals the Host that it requests. Where any Host is accepted, only a list of
    // origins tells such pages apart.
    if (page === host) return !this.origins || this.knowsHosts(socket);
    return !this.origins && this.isProtected && isLoopbackName(nameOf(page)) && this.isLocal(socket);
  }

  private knowsHosts(socket: Socket): boolean {
    return this.hosts ? !this.hosts.has('*') : this.isLocal(socket);
  }

  /**
   * With authentication, a Unix socket accepts any Host: proxies that connect to it pass on the site's name. Asked for only
   * where it matters: the first time on a connection, reading its address takes a system call (5 µs).
   */
  private isLocal(socket: Socket): boolean {
    return isLoopbackAddress(socket.localAddress) || (!this.isProtected && isUnixSocket(socket));
  }
}

/** Servers that listen on a Unix socket. Remembered, since a server that has stopped listening forgets its address. */
const onPaths = new WeakSet<Server>();

/** Asks the server, since a TCP socket that was reset has no address either. */
function isUnixSocket({ localAddress, server }: Socket & { readonly server?: Server }): boolean {
  if (localAddress !== undefined || !server) return false;
  const address = server.address();
  if (address === null) return onPaths.has(server);
  if (typeof address !== 'string') return false;
  onPaths.add(server);
  return true;
}

/** Treats an empty list, as environment variables give it, as unset. */
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

/** Whether the browser reports a cross-origin request. Other clients send no such header. */
function isOfOtherSite({ 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}

function isNavigation(headers: IncomingHttpHeaders): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

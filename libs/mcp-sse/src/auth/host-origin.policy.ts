import type { IncomingMessage } from 'node:http';
import { isLoopbackAddress, isLoopbackName } from './loopback.js';

/**
 * Decides by the Host and Origin headers whether a request may come in, against DNS rebinding and pages of
 * other sites. Without lists of its own it serves, on a loopback address, loopback names only, and elsewhere
 * pages of its own origin only.
 */
export class HostOriginPolicy {
  private readonly hosts?: ReadonlySet<string>;
  private readonly origins?: ReadonlySet<string>;

  constructor(allowedHosts?: readonly string[], allowedOrigins?: readonly string[]) {
    this.hosts = listed(allowedHosts);
    this.origins = listed(allowedOrigins);
  }

  /** @returns why the request is refused, or undefined when it is not */
  refusal({ headers, socket }: IncomingMessage): string | undefined {
    const host = (headers.host ?? (headers[':authority'] as string | undefined) ?? '').toLowerCase();
    const isLocal = isLoopbackAddress(socket.localAddress);
    if (!this.allowsHost(host, isLocal))
      return `The host "${host}" is not served. Add it to "allowedHosts" if it should be.`;
    const origin = headers.origin?.toLowerCase();
    if (origin !== undefined && !this.allowsOrigin(origin, host, isLocal))
      return `The origin "${origin}" is not allowed. Add it to "allowedOrigins" if it should be.`;
    return undefined;
  }

  private allowsHost(host: string, isLocal: boolean): boolean {
    if (this.hosts) return this.hosts.has('*') || this.hosts.has(host) || this.hosts.has(nameOf(host));
    return !isLocal || isLoopbackName(nameOf(host));
  }

  private allowsOrigin(origin: string, host: string, isLocal: boolean): boolean {
    if (this.origins) return this.origins.has('*') || this.origins.has(origin);
    const originHost = origin.replace(/^https?:\/\//, '');
    return isLocal ? isLoopbackName(nameOf(originHost)) : originHost === host;
  }
}

/** An empty list, as configuration from an environment has it, is no list. */
function listed(values: readonly string[] = []): ReadonlySet<string> | undefined {
  return values.length > 0 ? new Set(values.map((value) => value.toLowerCase())) : undefined;
}

/** A host without its port. */
function nameOf(host: string): string {
  return host.replace(/:\d+$/, '');
}

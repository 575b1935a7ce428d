import type { IncomingMessage } from 'node:http';
import { HttpException, Inject, Injectable } from '@nestjs/common';
import { bearerChallenge, type BearerChallengeParameters } from '../../auth/bearer.js';
import { EdgePolicy } from '../../auth/edge.policy.js';
import { isProtected } from '../../model/protection.js';
import { rawRequest } from '../../http/raw-request.js';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import { MCP_OPTIONS, type ResolvedOAuth, type ResolvedOptions } from '../../model/resolved-options.js';
import { TRAFFIC_OBSERVER, type TrafficObserver } from '../../model/traffic-observer.js';
import { pathSegments, requestedSegments } from '../../http/route-path.js';
import { PublicUrl } from './public-url.js';
import { routesOf, type Routes } from './routes.js';

/** The path that precedes a resource's own where its metadata is served. */
export const WELL_KNOWN = ['.well-known', 'oauth-protected-resource'] as const;

const SCOPE = /^[!#-[\]-~]+$/;

/**
 * One server as a protected resource of OAuth: tells clients without a valid token where to get one.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728
 */
@Injectable()
export class ProtectedResource {
  private readonly oauth?: ResolvedOAuth;
  private readonly routes: Routes;
  private readonly publicUrl: PublicUrl;
  private readonly policy: EdgePolicy;

  /** @throws {McpConfigurationError} */
  constructor(
    @Inject(MCP_OPTIONS) options: ResolvedOptions,
    @Inject(TRAFFIC_OBSERVER) private readonly observer: TrafficObserver,
  ) {
    this.oauth = options.oauth;
    this.routes = routesOf(options);
    this.publicUrl = new PublicUrl(options);
    this.policy = new EdgePolicy(options, isProtected(options));
    if (this.oauth) assertUsable(this.oauth);
  }

  /** Whether clients are told where to get a token. */
  get isDescribed(): boolean {
    return this.oauth !== undefined;
  }

  /**
   * The value of `WWW-Authenticate` for a request to one of the server's routes.
   *
   * @param request of the adapter
   * @param parameters `scopes` are those of the options unless given
   */
  challenge(request: object, parameters: BearerChallengeParameters = {}): string {
    const resourceMetadata = this.oauth && this.metadataUrl(request);
    return bearerChallenge({ scopes: this.oauth?.scopes, resourceMetadata, ...parameters });
  }

  /** @returns why a request for metadata is refused, or undefined when it is not */
  refusal(request: IncomingMessage): string | undefined {
    return this.policy.refusal(request);
  }

  /** Reports that a request for metadata was refused. @param request of the adapter */
  refused(request: object, status: number, message: string): void {
    this.observer.refusal(request, new HttpException(message, status), status);
  }

  /** The segments that a proxy stripped from the path of a request. */
  prefixOf(request: IncomingMessage): readonly string[] {
    return pathSegments(this.publicUrl.prefixOf(request));
  }

  /**
   * @param path of the resource within the application
   * @returns the metadata; undefined when the request does not tell the URL of the server
   */
  metadata(request: IncomingMessage, path: readonly string[]): object | undefined {
    const origin = this.publicUrl.originOf(request);
    if (origin === undefined || !this.oauth) return undefined;
    return {
      resource: href(origin, [...this.prefixOf(request), ...path]),
      authorization_servers: this.oauth.authorizationServers,
      scopes_supported: this.oauth.scopesSupported,
      bearer_methods_supported: ['header'],
      resource_name: this.oauth.resourceName,
    };
  }

  /** The URL of the metadata. The resource is what the client connects to: for a POST of HTTP+SSE, the stream. */
  private metadataUrl(request: object): string | undefined {
    const { stream, messages } = this.routes.sse;
    const raw = rawRequest(request);
    const origin = this.publicUrl.originOf(raw);
    if (origin === undefined) return undefined;
    const isMessage = messages.serves(request);
    if (isMessage && messages.withoutValue(stream) !== undefined) return undefined;
    const path = isMessage ? messages.siblingPath(stream, request) : requestedSegments(raw);
    return href(origin, [...WELL_KNOWN, ...this.prefixOf(raw), ...path]);
  }
}

/** Parsing the URL encodes what could end the quotes of a header. */
function href(origin: string, segments: readonly string[]): string {
  return new URL(`${origin}/${segments.join('/')}`).href;
}

function assertUsable({ authorizationServers, scopes, scopesSupported = [] }: ResolvedOAuth): void {
  const wrong = authorizationServers.find((url) => !URL.canParse(url) || !/^https?:\/\//i.test(url));
  if (authorizationServers.length === 0 || wrong !== undefined)
    throw new McpConfigurationError(
      `\`oauth.authorizationServers\` must list URLs such as https://login.example.com${wrong === undefined ? '' : `, not "${wrong}"`}.`,
    );
  const scope = [...scopes, ...scopesSupported].find((scope) => !SCOPE.test(scope));
  if (scope !== undefined)
    throw new McpConfigurationError(
      `\`oauth\` has the scope "${scope}", but a scope is one word without quotes and backslashes.`,
    );
}

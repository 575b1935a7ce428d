import { rawRequest } from '../../auth/raw-request.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { PublicUrl } from '../http/public-url.js';
import type { RoutePair } from '../http/routes.js';

/**
 * Where clients post their messages: the route that Nest registered for them, under the version and with the parameters
 * of the URL that the stream was opened on. A reference without origin, which clients resolve against the URL that they
 * know.
 */
export class EndpointUrl {
  private readonly publicUrl: PublicUrl;

  /** @throws {McpConfigurationError} */
  constructor(
    private readonly routes: RoutePair,
    options: Pick<ResolvedOptions, 'publicUrl' | 'trustedProxies'>,
  ) {
    this.publicUrl = new PublicUrl(options);
  }

  /** @param request the GET of the stream */
  of(request: object, sessionId: string): string {
    const { stream, messages } = this.routes;
    const path = stream.siblingPath(messages, request).join('/');
    return `${this.publicUrl.prefixOf(rawRequest(request))}/${path}?sessionId=${sessionId}`;
  }
}

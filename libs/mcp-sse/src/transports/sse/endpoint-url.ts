import type { ResolvedOptions } from '../../model/resolved-options.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import { KeptQuery } from '../routes/kept-query.js';
import { PublicUrl } from '../routes/public-url.js';
import type { RoutePair } from '../routes/routes.js';

/**
 * Where clients post their messages: the route that Nest registered for them, under the version and with the parameters
 * of the URL that the stream was opened on. A reference without origin, which clients resolve against the URL that they
 * know.
 */
export class EndpointUrl {
  private readonly publicUrl: PublicUrl;
  private readonly keptQuery: KeptQuery;

  /** @throws {McpConfigurationError} */
  constructor(
    private readonly routes: RoutePair,
    options: ResolvedOptions,
  ) {
    this.publicUrl = new PublicUrl(options);
    this.keptQuery = new KeptQuery(options);
  }

  /** @param request the GET of the stream */
  of(request: HttpRequest, sessionId: string): string {
    const { stream, messages } = this.routes;
    const path = stream.siblingPath(messages, request).join('/');
    return `${this.publicUrl.prefixOf(rawRequest(request))}/${path}?sessionId=${sessionId}${this.keptQuery.suffixOf(request.query)}`;
  }
}

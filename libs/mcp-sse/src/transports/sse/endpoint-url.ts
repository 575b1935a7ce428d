import type { IncomingMessage } from 'node:http';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { PublicUrl } from '../routes/public-url.js';
import { requestedSegments, type RoutePath } from '../../http/route-path.js';

/**
 * Where clients are to post their messages: a sibling of the URL that the stream was opened on, so that it is
 * right under whatever global prefix, version and parameters that URL has. A reference without origin, which
 * clients resolve against the URL that they know.
 */
export class EndpointUrl {
  private readonly publicUrl: PublicUrl;

  /**
   * @param stream route of the stream
   * @param messages route that messages are posted to
   * @throws {McpConfigurationError}
   */
  constructor(
    private readonly stream: RoutePath,
    private readonly messages: RoutePath,
    options: Pick<ResolvedOptions, 'publicUrl' | 'trustedProxies'>,
  ) {
    this.publicUrl = new PublicUrl(options);
  }

  /** @param request the GET of the stream */
  of(request: IncomingMessage, sessionId: string): string {
    const path = this.stream.sibling(this.messages, requestedSegments(request)).join('/');
    return `${this.publicUrl.prefixOf(request)}/${path}?sessionId=${sessionId}`;
  }
}

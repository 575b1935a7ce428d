import type { IncomingMessage } from 'node:http';
import { McpConfigurationError } from '../../model/errors/mcp-configuration.error.js';
import type { ResolvedOptions } from '../../model/resolved-options.js';
import { ForwardedPrefix } from '../http/forwarded-prefix.js';
import { RoutePath } from '../http/route-path.js';

/**
 * Where clients are to post their messages: a sibling of the URL that the stream was opened on, so that it is
 * right under whatever global prefix, version and parameters that URL has. A reference without origin, which
 * clients resolve against the URL that they know.
 */
export class EndpointUrl {
  private readonly publicPrefix?: string;
  private readonly forwarded: ForwardedPrefix;

  /**
   * @param stream route of the stream
   * @param messages route that messages are posted to
   * @throws {McpConfigurationError}
   */
  constructor(
    private readonly stream: RoutePath,
    private readonly messages: RoutePath,
    { publicUrl, trustedProxies }: Pick<ResolvedOptions, 'publicUrl' | 'trustedProxies'>,
  ) {
    this.publicPrefix = publicUrl === undefined ? undefined : pathOf(publicUrl);
    this.forwarded = new ForwardedPrefix(trustedProxies);
  }

  /** @param request the GET of the stream */
  of(request: IncomingMessage, sessionId: string): string {
    const url = (request as { originalUrl?: string }).originalUrl ?? request.url!;
    const segments = url
      .split('?', 1)[0]!
      .split('/')
      .filter((segment) => segment !== '');
    const own = segments.slice(-this.stream.segments.length);
    const above = segments.slice(0, -this.stream.segments.length);
    const values = new Map(this.stream.segments.map((name, index) => [name, own[index]!]));
    const path = [...above, ...this.messages.segments.map((segment) => values.get(segment) ?? segment)];
    const prefix = this.publicPrefix ?? this.forwarded.of(request);
    return `${prefix}/${path.join('/')}?sessionId=${sessionId}`;
  }
}

function pathOf(publicUrl: string): string {
  // `localhost:3000/api` is a URL too, of the scheme "localhost".
  if (!URL.canParse(publicUrl) || !/^https?:\/\//i.test(publicUrl))
    throw new McpConfigurationError(
      `"publicUrl" is "${publicUrl}", but must be a URL such as https://example.com/api.`,
    );
  return new URL(publicUrl).pathname.replace(/\/$/, '');
}

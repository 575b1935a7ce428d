import {
  Controller,
  Get,
  Inject,
  Injectable,
  NotFoundException,
  type OnApplicationBootstrap,
  Param,
  Req,
  Res,
  type Type,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { isProtected } from '../model/protection.js';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../auth/mcp-edge.guard.js';
import { type HttpRequest, rawRequest } from '../http/raw-request.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import { ANONYMOUS } from '../model/principal.js';
import { ObservedServer } from '../observability/observed-server.js';
import { pathSegments, requestedSegments } from '../http/route-path.js';
import { hijackResponse } from '../http/raw-response.js';
import { registerOwnController } from '../nest/global-interceptors.js';
import { McpRoute } from '../transports/routes/mcp-route.js';
import { routesOf } from '../transports/routes/routes.js';
import { APP_FRAME, frameHeaders } from './app-frame.js';
import { ConsoleErrorFilter } from './console-error.filter.js';
import { BELOW_PAGE, CONSOLE_ROUTES, type ConsoleRoutes } from './console.routes.js';
import { CONSOLE_SERVER } from './mcp-console.options.js';
import { ConsoleViewers } from './console.viewers.js';
import { PAGE_HEADERS, pageFiles } from './page-files.js';

/** Guards the page itself. With authentication anyone may load it, also by a link from another site, to sign in there. */
@Injectable()
class PageGuard extends McpEdgeGuard {
  protected override readonly isPage = true;
}

/** Creates the console's controller for one `forRoot` call; `setConsolePath` sets its routes. */
export function createConsoleController(): Type {
  @Controller()
  @UseFilters(ConsoleErrorFilter)
  class McpConsoleController implements OnApplicationBootstrap {
    private readonly files = pageFiles();
    constructor(
      @Inject(CONSOLE_SERVER) private readonly server: ObservedServer,
      @Inject(CONSOLE_ROUTES) private readonly routes: ConsoleRoutes | undefined,
      private readonly viewers: ConsoleViewers,
    ) {}

    /**
     * The page loads its files and API by relative names.
     *
     * @throws {McpConfigurationError} if one of them is not below the page, because of a global prefix with exceptions
     */
    onApplicationBootstrap(): void {
      if (!this.routes) return;
      const { page, ...others } = this.routes;
      const stray = Object.values(others)
        .map((route) => page.strayPath(route))
        .find((path) => path !== undefined);
      if (stray !== undefined)
        throw new McpConfigurationError(
          `The console needs "${stray}" below its page. Let "exclude" of setGlobalPrefix() name ` +
            `"${page.route.toString().slice(1)}{/*path}", which is the whole console, or nothing of it.`,
        );
    }

    /** The page names its files relative to a path with a trailing slash, so a request without one is redirected. */
    @McpRoute('console')
    @UseGuards(PageGuard)
    @Get()
    page(@Req() request: HttpRequest, @Res() response: unknown): void {
      const [path] = rawRequest(request).url!.split('?', 1) as [string];
      if (path.endsWith('/')) return this.send('index.html', request, response);
      const location = `${path.slice(path.lastIndexOf('/') + 1)}/`;
      hijackResponse(response)
        .writeHead(308, { ...PAGE_HEADERS, Location: location })
        .end();
    }

    @McpRoute('console')
    @UseGuards(McpEdgeGuard)
    @Get()
    file(@Param('file') name: string, @Req() request: HttpRequest, @Res() response: unknown): void {
      this.send(name, request, response);
    }

    /** What the page needs to know before it connects. */
    @McpRoute('console')
    @UseGuards(McpEdgeGuard, McpAuthGuard)
    @Get()
    about(@Req() request: HttpRequest, @Res() response: unknown): void {
      const { options } = this.server;
      const viewer = requestPrincipal(request);
      const depth = requestedSegments(rawRequest(request)).length - pathSegments(BELOW_PAGE.about).length;
      const about = {
        server: { name: options.name, title: options.title, version: options.version },
        // From the page to the root of the application, and from there to the stream.
        root: '../'.repeat(depth),
        // The page lists and calls over HTTP+SSE.
        stream: options.protocol.legacy
          ? this.routes!.about.siblingPath(routesOf(options).sse.stream, request)
          : undefined,
        heartbeatMs: options.sse.heartbeatMs,
        hasRequests: options.protocol.modern,
        authenticates: isProtected(options),
        viewer: {
          subject: viewer === ANONYMOUS ? undefined : viewer.subject,
          tenant: viewer.tenant,
          seesOthers: this.viewers.access.seesOthers(viewer),
        },
      };
      hijackResponse(response)
        .writeHead(200, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' })
        .end(JSON.stringify(about));
    }

    @McpRoute('console')
    @UseGuards(McpEdgeGuard, McpAuthGuard)
    @Get()
    sessions(@Req() request: HttpRequest, @Res() response: unknown): void {
      if (rawRequest(request).method === 'HEAD') return void hijackResponse(response).end();
      this.viewers.list(requestPrincipal(request), () => hijackResponse(response));
    }

    @McpRoute('console')
    @UseGuards(McpEdgeGuard, McpAuthGuard)
    @Get()
    messages(@Param('session') id: string, @Req() request: HttpRequest, @Res() response: unknown): void {
      if (rawRequest(request).method === 'HEAD') return void hijackResponse(response).end();
      this.viewers.watch(requestPrincipal(request), id, () => hijackResponse(response));
    }

    @McpRoute('console')
    @UseGuards(McpEdgeGuard, McpAuthGuard)
    @Get()
    requests(@Req() request: HttpRequest, @Res() response: unknown): void {
      if (rawRequest(request).method === 'HEAD') return void hijackResponse(response).end();
      this.viewers.watchRequests(requestPrincipal(request), () => hijackResponse(response));
    }

    private send(name: string, request: HttpRequest, response: unknown): void {
      const file = this.files.get(name);
      if (!file) throw new NotFoundException('The console has no such file.');
      const { type, etag, content } = file;
      const { url, headers: sent } = rawRequest(request);
      const headers = { ...(name === APP_FRAME ? frameHeaders(url!) : PAGE_HEADERS), ETag: etag };
      const raw = hijackResponse(response);
      if (sent['if-none-match'] === etag) raw.writeHead(304, headers).end();
      else
        raw
          .writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length })
          .end(content);
    }
  }

  registerOwnController(McpConsoleController);
  return McpConsoleController;
}

import {
  Controller,
  Get,
  Inject,
  NotFoundException,
  Param,
  Req,
  Res,
  UseFilters,
  UseGuards,
  type Type,
} from '@nestjs/common';
import { isProtected } from '../auth/protection.js';
import { McpAuthGuard } from '../auth/mcp-auth.guard.js';
import { McpEdgeGuard } from '../auth/mcp-edge.guard.js';
import { type HttpRequest, rawRequest } from '../http/raw-request.js';
import { requestPrincipal } from '../auth/request-principal.js';
import { ANONYMOUS } from '../model/principal.js';
import { ObservedServer } from '../observability/observed-server.js';
import { McpRoute } from '../transports/routes/mcp-route.js';
import { registerOwnController } from '../nest/global-interceptors.js';
import { pathSegments, RoutePath } from '../http/route-path.js';
import { routesOf } from '../transports/routes/routes.js';
import { setRoutePath } from '../nest/route-metadata.js';
import { hijackResponse } from '../http/raw-response.js';
import { ConsoleErrorFilter } from './console-error.filter.js';
import { CONSOLE_SERVER } from './console-server.js';
import { ConsoleViewers } from './console.viewers.js';
import { pageFiles } from './page-files.js';
import { CONSOLE_OPTIONS, type ResolvedConsoleOptions } from './resolved-console-options.js';
import { PageGuard } from './page.guard.js';
import { PAGE_HEADERS } from './page-headers.js';

/** Makes the controller of the console for one `forRoot` call; {@link setConsolePath} sets its routes. */
export function createConsoleController(): Type {
  @Controller()
  @UseFilters(ConsoleErrorFilter)
  class McpConsoleController {
    private readonly files = pageFiles();
    /** From the page to the root of the server's routes, whatever prefix stands before both. */
    private readonly root: string;

    constructor(
      @Inject(CONSOLE_SERVER) private readonly server: ObservedServer,
      @Inject(CONSOLE_OPTIONS) { path }: ResolvedConsoleOptions,
      private readonly viewers: ConsoleViewers,
    ) {
      this.root = '../'.repeat(pathSegments(path).length);
    }

    /** Its files are named relative to a path with a slash at its end. */
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

    /** What the page has to know before it connects. */
    @McpRoute('console')
    @UseGuards(McpEdgeGuard, McpAuthGuard)
    @Get()
    about(@Req() request: HttpRequest, @Res() response: unknown): void {
      const { options } = this.server;
      const viewer = requestPrincipal(request);
      const about = {
        server: { name: options.name, title: options.title, version: options.version },
        root: this.root,
        stream: routesOf(options).stream.segments,
        heartbeatMs: options.sse.heartbeatMs,
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

    private send(name: string, request: HttpRequest, response: unknown): void {
      const file = this.files.get(name);
      if (!file) throw new NotFoundException('The console has no such file.');
      const { type, etag, content } = file;
      const headers = { ...PAGE_HEADERS, ETag: etag };
      const raw = hijackResponse(response);
      if (rawRequest(request).headers['if-none-match'] === etag) raw.writeHead(304, headers).end();
      else
        raw
          .writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': content.length })
          .end(content);
    }
  }

  registerOwnController(McpConsoleController);
  return McpConsoleController;
}

/** Sets the routes of a controller before Nest registers them. @param path undefined when there are to be none */
export function setConsolePath(controller: Type, path: RoutePath | undefined): void {
  const routes = {
    page: '',
    about: '/api/server',
    sessions: '/api/sessions',
    messages: '/api/sessions/:session/messages',
    file: '/:file',
  };
  for (const [method, below] of Object.entries(routes))
    setRoutePath(controller, path && new RoutePath(`${path.toString()}${below}`, 'path').toString(), method);
}

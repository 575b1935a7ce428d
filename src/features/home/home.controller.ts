import { Controller, Get, Header, Headers, Inject } from '@nestjs/common';
import { McpRegistry } from 'nestjs-mcp-sse';
import { consoleOptions } from '../../config/console.options.js';
import { environmentConfig } from '../../config/environment.config.js';
import type { Environment } from '../../config/environment.js';
import { CONTENT_SECURITY_POLICY, homePage } from './home.page.js';

/** A host without characters that mean something in a URL or in HTML. */
const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i;

/** The page for people who open the server's address in a browser. */
@Controller()
export class HomeController {
  constructor(
    @Inject(environmentConfig.KEY) private readonly environment: Environment,
    private readonly registry: McpRegistry,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', CONTENT_SECURITY_POLICY)
  @Header('Cache-Control', 'no-cache')
  read(@Headers('host') host?: string): string {
    const { environment, registry } = this;
    const isOpen = environment.MCP_AUTH === 'none';
    const isShown = ({ access }: { readonly access: { readonly public: boolean } }) =>
      isOpen || access.public;
    return homePage({
      root: environment.MCP_PUBLIC_URL?.replace(/\/$/, ''),
      guessedRoot: `http://${host !== undefined && HOST.test(host) ? host : `localhost:${environment.PORT}`}`,
      paths: { http: environment.MCP_HTTP_PATH, sse: environment.MCP_SSE_PATH },
      isOpen,
      hasConsole: consoleOptions(environment).enabled === true,
      tools: registry.tools.filter(isShown).map(({ name, description }) => ({ name, description })),
      resources: registry.resources
        .filter(isShown)
        .map(({ uri, description }) => ({ name: uri, description })),
      prompts: registry.prompts.filter(isShown).map(({ name, description }) => ({ name, description })),
    });
  }
}

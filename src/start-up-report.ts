import type { INestApplicationContext } from '@nestjs/common';
import { McpRegistry } from 'nestjs-mcp-sse';
import { consoleOptions } from './config/console.options.js';
import type { Environment } from './config/environment.js';

/** Lists what the application serves and where, line by line. */
export function startUpReport(
  app: INestApplicationContext,
  environment: Environment,
  url: string,
): readonly string[] {
  const root = (environment.MCP_PUBLIC_URL ?? url).replace(/\/$/, '');
  const { tools, resources, prompts } = app.get(McpRegistry, { strict: false });
  return [
    `Listens on ${url} (${environment.HTTP_ADAPTER}, authentication: ${environment.MCP_AUTH})`,
    `MCP        any  ${root}${environment.MCP_HTTP_PATH}`,
    `Stream     GET  ${root}${environment.MCP_SSE_PATH}`,
    `Messages   POST ${root}${environment.MCP_MESSAGES_PATH}`,
    `Page       GET  ${root}/`,
    `Health     GET  ${root}/health`,
    ...(consoleOptions(environment).enabled ? [`Console    GET  ${root}/console`] : []),
    `Tools      ${list(tools.map(({ name }) => name))}`,
    `Resources  ${list(resources.map(({ uri }) => uri))}`,
    `Prompts    ${list(prompts.map(({ name }) => name))}`,
  ];
}

function list(names: readonly string[]): string {
  return names.length > 0 ? names.join(', ') : 'none';
}

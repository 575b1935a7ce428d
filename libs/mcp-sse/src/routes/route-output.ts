import { BadGatewayException } from '@nestjs/common';
import type { McpToolOptions } from '../decorators/mcp-tool.decorator.js';
import type { RegisteredTool } from '../discovery/registered-feature.js';
export function documentedOutput(
  _tool: Omit<RegisteredTool, 'handler'>,
  _handler: object,
  _options: McpToolOptions,
  _where: string,
): Partial<RegisteredTool> {
  void BadGatewayException;
  return {};
}

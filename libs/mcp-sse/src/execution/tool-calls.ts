import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredTool } from '../discovery/registered-feature.js';
import { andThen } from '../model/and-then.js';
import type { McpCall } from '../model/call.js';
import { publicMessage } from '../model/error-text.js';
import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';
import type { InvokedContext, PreparedRequest } from '../model/invoker.js';
import type { AccessControl } from './access-control.js';
import { assertMirroredArguments } from './assert-mirrored-arguments.js';
import type { HandlerRunner } from './handler-runner.js';
import { asProtocolError, missingCapability, unknownFeature } from './protocol-error.js';
import type { ToolResult } from './protocol-shape.js';
import { argumentsParam, stringParam, type Params } from './sent-params.js';
import { checkedToolResult, legacyToolResult, ToolFailure, toolResult } from './tool-result.js';

/** Answers `tools/call`. */
export class ToolCalls {
  constructor(
    private readonly registry: McpRegistry,
    private readonly access: AccessControl,
    private readonly runner: HandlerRunner,
  ) {}

  /** @throws {JsonRpcError} -32602 for a tool that does not exist or that the caller may not see */
  prepare(params: Params, context: InvokedContext): PreparedRequest | Promise<PreparedRequest> {
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    const { toolMap } = this.registry;
    const found = toolMap.get(name);
    return andThen(this.access.admit(found, toolMap.values(), context), (tool) => {
      if (!tool) throw unknownFeature(ErrorCode.InvalidParams, 'Unknown tool', name, found !== undefined);
      if (tool.mirrored && context.era === 'modern' && context.transport !== 'stdio')
        assertMirroredArguments(tool.mirrored, args, context.headers);
      return () => this.call(tool, args, context);
    });
  }

  private async call(tool: RegisteredTool, args: Params, context: InvokedContext): Promise<ToolResult> {
    const { name } = tool.definition;
    try {
      const call: McpCall = { kind: 'tool', name, arguments: args, context };
      const returned = await this.runner.run(tool, call, context);
      const result = tool.output
        ? await checkedToolResult(returned, tool.output)
        : toolResult(returned, name);
      return context.era === 'legacy' ? legacyToolResult(result) : result;
    } catch (error) {
      // The answer asks the client: what ended the run is neither told nor logged.
      if (context.isLeft) throw error;
      const protocolError = missingCapability(error, context) ?? asProtocolError(error, context);
      if (protocolError) throw protocolError;
      const known = error instanceof HandlerTimeoutError ? error.message : publicMessage(error);
      const text = known ?? this.runner.mask(error, `tools/call ${name}`, context);
      return new ToolFailure(text, error);
    }
  }
}

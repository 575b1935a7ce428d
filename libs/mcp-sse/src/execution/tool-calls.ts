import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import type { RegisteredTool } from '../discovery/registered-feature.js';
import { isForApps, showsApps } from '../model/apps.js';
import { andThen } from '../model/and-then.js';
import type { McpCall } from '../model/call.js';
import { publicMessage } from '../model/error-text.js';
import { HttpException, HttpStatus } from '@nestjs/common';
import { McpClientError } from '../model/errors/mcp-client.error.js';
import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';
import type { InvokedContext, PreparedRequest } from '../model/invoker.js';
import type { McpTaskSupport } from '../model/tasks/call-tasks.js';
import { missingTasks } from '../model/tasks/tasks-extension.js';
import type { AccessControl } from './access-control.js';
import { assertMirroredArguments } from './assert-mirrored-arguments.js';
import type { HandlerRunner } from './handler-runner.js';
import { forwardedCall } from './tool-search/forwarded-call.js';
import { asProtocolError, missingCapability, unknownFeature } from './protocol-error.js';
import type { ToolResult } from './protocol-shape.js';
import { ResultTooLargeError } from './results/too-large.error.js';
import type { ResultLimits } from './results/result-limits.js';
import { argumentsParam, stringParam, type Params } from './sent-params.js';
import { checkedToolResult, legacyToolResult, ToolFailure, toolResult } from './tool-result.js';

/** Answers `tools/call`. */
export class ToolCalls {
  constructor(
    private readonly registry: McpRegistry,
    private readonly access: AccessControl,
    private readonly runner: HandlerRunner,
    private readonly limits: ResultLimits,
    /** Whether `call_tool` is served. */
    private readonly forwards: boolean,
  ) {}

  /** @throws {JsonRpcError} -32602 for a tool that does not exist or that the caller may not see */
  prepare(sent: Params, context: InvokedContext): PreparedRequest | Promise<PreparedRequest> {
    const params = (this.forwards && forwardedCall(sent)) || sent;
    const name = stringParam(params, 'name');
    const args = argumentsParam(params);
    const { toolMap } = this.registry;
    const found = toolMap.get(name);
    return andThen(this.access.admit(found, toolMap.values(), context), (tool) => {
      if (!tool || isHidden(tool, context, params !== sent))
        throw unknownFeature(ErrorCode.InvalidParams, 'Unknown tool', name, found !== undefined);
      if (tool.mirrored && context.era === 'modern' && context.transport !== 'stdio' && !context.isTask)
        assertMirroredArguments(tool.mirrored, args, context.headers);
      if (tool.task && !context.isTask) return this.prepareTask(tool, tool.task, args, context);
      return () => this.call(tool, args, context);
    });
  }

  /** @throws {InsufficientScopeError} */
  admits(name: string | undefined, context: InvokedContext): boolean | Promise<boolean> {
    const { toolMap } = this.registry;
    const found = name === undefined ? undefined : toolMap.get(name);
    return andThen(
      this.access.admit(found, toolMap.values(), context),
      (tool) => tool !== undefined && !isHidden(tool, context, false),
    );
  }

  /** @throws {JsonRpcError} when the call can be nothing but a task, and the client takes none */
  private prepareTask(
    tool: RegisteredTool,
    support: McpTaskSupport,
    args: Params,
    context: InvokedContext,
  ): PreparedRequest {
    const { name } = tool.definition;
    const tasks = context.useTasks();
    if (!tasks?.areTaken) {
      if (support === 'required') throw missingTasks(`the tool "${name}"`, context.era);
      return () => this.call(tool, args, context);
    }
    // Arguments that no handler gets are not stored either: their call is refused at once.
    if (!this.runner.caps.allows(args)) return () => this.call(tool, args, context);
    if (!tool.beginsTask) return () => tasks.make(name, args);
    tasks.allow();
    return async () => {
      // The task gets them as they were, whatever this run does with them.
      const given = JSON.parse(JSON.stringify(args)) as Params;
      const result = await this.call(tool, args, context).catch((error: unknown) => {
        if (!tasks.hasBegun) throw error;
      });
      return result && !tasks.hasBegun ? result : tasks.make(name, given);
    };
  }

  private async call(tool: RegisteredTool, args: Params, context: InvokedContext): Promise<ToolResult> {
    const { name } = tool.definition;
    try {
      const call: McpCall = { kind: 'tool', name, arguments: args, context };
      const returned = await this.runner.run(tool, call, context);
      const result = tool.output
        ? await checkedToolResult(returned, tool.output)
        : toolResult(returned, name);
      // The questions to the client take its place.
      if (context.isLeft) return result;
      const ofEra = context.era === 'legacy' ? legacyToolResult(result) : result;
      const sent = this.limits.tool(tool, ofEra, context);
      return sent instanceof Promise ? await sent : sent;
    } catch (error) {
      // The answer asks the client: what ended the run is neither told nor logged.
      if (context.isLeft) throw error;
      const protocolError = missingCapability(error, context) ?? asProtocolError(error, context);
      if (protocolError) throw protocolError;
      if (!isMeantForClient(error)) context.hasFailed(error);
      const known = error instanceof HandlerTimeoutError ? error.message : publicMessage(error);
      const text = known ?? this.runner.mask(error, `tools/call ${name}`, context);
      return new ToolFailure(this.limits.errorText(tool, text), error);
    }
  }
}

/** Whether an exception tells the client what it, or its user, did wrong. Trying again would not help. */
function isMeantForClient(error: unknown): boolean {
  if (error instanceof McpClientError || error instanceof ResultTooLargeError) return true;
  return error instanceof HttpException && error.getStatus() < (HttpStatus.INTERNAL_SERVER_ERROR as number);
}

/**
 * Whether the tool is for apps, and the client has said that it shows none.
 *
 * @param isForwarded whether the model calls it by `call_tool`
 */
function isHidden({ definition }: RegisteredTool, context: InvokedContext, isForwarded: boolean): boolean {
  if (!isForApps(definition)) return false;
  return isForwarded || (context.clientCapabilities !== undefined && !showsApps(context));
}

import type { ServerCapabilities } from '@modelcontextprotocol/sdk/types.js';
import type { McpCacheHint } from '../model/cache-hint.js';
import type { InvokedContext, Invoker } from '../model/invoker.js';
import type { Preparation, RequestPreparer } from './execution.js';
import type { JsonRpcRequest } from './json-rpc.js';
import { methodNamed } from './methods.js';
import type { ServerTasks } from './server-tasks.js';
import { serverCapabilities, type ServerIntroduction } from './request-methods.js';
import { TASKS_EXTENSION } from '../model/tasks/tasks-extension.js';
import { methodNotFound } from './request-params.js';
import { MODERN_VERSIONS } from './revisions.js';

/** How the server introduces itself to clients of the modern era. */
export interface ModernIntroduction extends ServerIntroduction {
  /** How long clients may keep the introduction. */
  readonly cache: McpCacheHint;
}

/** Answers the requests of the modern era: `server/discover` here, the others by the invoker and the tasks. */
export class ModernMethods implements RequestPreparer {
  constructor(
    private readonly invoker: Invoker,
    private readonly introduction: ModernIntroduction,
    private readonly tasks?: ServerTasks,
  ) {}

  prepare({ method: name, params }: JsonRpcRequest, context: InvokedContext): Preparation {
    const method = methodNamed(name);
    if (!method || method.answeredBy === 'connection') throw methodNotFound(name);
    if (method.answeredBy === 'invoker') return this.invoker.prepare(method.name, params, context);
    if (method.answeredBy === 'tasks') {
      if (!this.tasks?.areOffered) throw methodNotFound(name);
      return this.tasks.prepare(method.name, params, context);
    }
    if (method.name !== 'server/discover') throw methodNotFound(name);
    context.cacheable(this.introduction.cache);
    return () => this.discover();
  }

  private get capabilities(): ServerCapabilities {
    const capabilities = serverCapabilities(this.invoker);
    if (!this.tasks?.areOffered) return capabilities;
    return { ...capabilities, extensions: { ...capabilities.extensions, [TASKS_EXTENSION]: {} } };
  }

  private discover(): object {
    const { instructions } = this.introduction;
    return {
      supportedVersions: MODERN_VERSIONS,
      capabilities: this.capabilities,
      instructions,
    };
  }
}

import type { McpCacheHint } from '../model/cache-hint.js';
import type { InvokedContext, Invoker } from '../model/invoker.js';
import type { Preparation, RequestPreparer } from './execution.js';
import type { JsonRpcRequest } from './json-rpc.js';
import { methodNamed } from './methods.js';
import { serverCapabilities, type ServerIntroduction } from './request-methods.js';
import { methodNotFound } from './request-params.js';
import { MODERN_VERSIONS } from './revisions.js';

/** How the server introduces itself to clients of the modern era. */
export interface ModernIntroduction extends ServerIntroduction {
  /** How long clients may keep the introduction. */
  readonly cache: McpCacheHint;
}

/** Answers the requests of the modern era: `server/discover` here, all others by the invoker. */
export class ModernMethods implements RequestPreparer {
  constructor(
    private readonly invoker: Invoker,
    private readonly introduction: ModernIntroduction,
  ) {}

  prepare({ method: name, params }: JsonRpcRequest, context: InvokedContext): Preparation {
    const method = methodNamed(name);
    if (!method || method.answeredBy === 'connection') throw methodNotFound(name);
    if (method.answeredBy === 'invoker') return this.invoker.prepare(method.name, params, context);
    if (method.name !== 'server/discover') throw methodNotFound(name);
    context.cacheable(this.introduction.cache);
    return () => this.discover();
  }

  private discover(): object {
    const { instructions } = this.introduction;
    return {
      supportedVersions: MODERN_VERSIONS,
      capabilities: serverCapabilities(this.invoker),
      instructions,
    };
  }
}

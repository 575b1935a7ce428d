import {
  ForbiddenException,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { EdgePolicy } from './edge.policy.js';
import { isProtected } from '../model/protection.js';
import { rawRequest } from '../http/raw-request.js';

/** Checks requests to every route of the module against the {@link EdgePolicy}. */
@Injectable()
export class McpEdgeGuard implements CanActivate {
  /** Whether the route is a page that people open. */
  protected readonly isPage: boolean = false;
  private readonly policy: EdgePolicy;

  constructor(@Inject(MCP_OPTIONS) options: ResolvedOptions) {
    this.policy = new EdgePolicy(options, isProtected(options));
  }

  /** @throws {ForbiddenException} */
  canActivate(context: ExecutionContext): boolean {
    const refusal = this.policy.refusal(rawRequest(context.getArgByIndex(0)), this.isPage);
    if (refusal !== undefined) throw new ForbiddenException(refusal);
    return true;
  }
}

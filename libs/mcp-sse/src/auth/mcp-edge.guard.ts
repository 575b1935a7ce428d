import {
  ForbiddenException,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';
import { HostOriginPolicy } from './host-origin.policy.js';
import { rawRequest } from './raw-request.js';

/** Checks Host and Origin on every route of the module. */
@Injectable()
export class McpEdgeGuard implements CanActivate {
  private readonly policy: HostOriginPolicy;

  constructor(@Inject(MCP_OPTIONS) { allowedHosts, allowedOrigins }: ResolvedOptions) {
    this.policy = new HostOriginPolicy(allowedHosts, allowedOrigins);
  }

  /** @throws {ForbiddenException} */
  canActivate(context: ExecutionContext): boolean {
    const refusal = this.policy.refusal(rawRequest(context.getArgByIndex(0)));
    if (refusal !== undefined) throw new ForbiddenException(refusal);
    return true;
  }
}

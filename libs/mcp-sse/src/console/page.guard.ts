import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { assertReachable } from '../auth/assert-reachable.js';
import { rawRequest } from '../auth/raw-request.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../model/resolved-options.js';

/**
 * Lets everybody have the page's files where the server authenticates, since a token can only be given to a page that is
 * there; elsewhere those of this machine.
 */
@Injectable()
export class PageGuard implements CanActivate {
  constructor(@Inject(MCP_OPTIONS) private readonly options: ResolvedOptions) {}

  /** @throws {ForbiddenException} */
  canActivate(context: ExecutionContext): boolean {
    assertReachable(this.options, rawRequest(context.switchToHttp().getRequest()));
    return true;
  }
}

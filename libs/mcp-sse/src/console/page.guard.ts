import { Injectable } from '@nestjs/common';
import { McpEdgeGuard } from '../auth/mcp-edge.guard.js';

/**
 * Guards the page itself, which links of other sites may lead to. Where the server authenticates everybody may have it,
 * since a token can only be given to a page that is there.
 */
@Injectable()
export class PageGuard extends McpEdgeGuard {
  protected override readonly isPage = true;
}

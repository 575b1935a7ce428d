import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { McpExecutionContext } from 'nestjs-mcp-sse';

/** Lets callers call tools. Reads the principal of each call. */
@Injectable()
export class CallerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return McpExecutionContext.create(context).principal.roles.includes('caller');
  }
}

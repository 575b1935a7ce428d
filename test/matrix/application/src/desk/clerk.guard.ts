import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { McpExecutionContext } from 'nestjs-mcp-sse';

@Injectable()
export class ClerkGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return McpExecutionContext.create(context).arguments['clerk'] === 'ada';
  }
}

import {
  ForbiddenException,
  Inject,
  Injectable,
  type CanActivate,
  type ExecutionContext,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import { isObservable, lastValueFrom } from 'rxjs';
import { EdgePolicy } from '../auth/edge.policy.js';
import { rawRequest } from '../http/raw-request.js';
import { providedInstance } from '../nest/provided-instance.js';
import { METRICS_OPTIONS, type ResolvedMetricsOptions } from './mcp-metrics.options.js';

/**
 * Admits requests that pass the guards of the options; without guards, only those of this machine, as a server without
 * authentication does.
 */
@Injectable()
export class MetricsGuard implements CanActivate, OnModuleInit {
  private readonly policy: EdgePolicy;
  private guards: CanActivate[] = [];

  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: ResolvedMetricsOptions,
    private readonly moduleRef: ModuleRef,
  ) {
    const isProtected = options.guards.length > 0;
    // With guards any Host header is accepted: scrapers use all kinds of names, and the guards decide.
    this.policy = new EdgePolicy({ allowedHosts: isProtected ? ['*'] : [] }, isProtected);
  }

  async onModuleInit(): Promise<void> {
    const { guards } = this.options;
    this.guards = await Promise.all(guards.map((guard) => providedInstance(this.moduleRef, guard)));
  }

  /** @throws {ForbiddenException} for pages of other sites and, without guards, for other machines */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.policy.refusal(rawRequest(context.switchToHttp().getRequest())) !== undefined)
      throw new ForbiddenException(
        'Metrics are not served to pages of other sites and, without "guards" of McpMetricsModule, only to this machine.',
      );
    for (const guard of this.guards) {
      const verdict = await guard.canActivate(context);
      if (!(isObservable(verdict) ? await lastValueFrom(verdict) : verdict)) return false;
    }
    return true;
  }
}

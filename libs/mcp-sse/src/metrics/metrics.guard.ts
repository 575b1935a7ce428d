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
import { providedInstance } from '../model/provided-instance.js';
import { METRICS_OPTIONS, type ResolvedMetricsOptions } from './resolved-metrics-options.js';

/**
 * Lets those read the metrics whom the guards of the options let in; without any, this machine only, as a server without
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
    // Which names lead to what is scraped is nothing that its guards depend on.
    this.policy = new EdgePolicy({ allowedHosts: isProtected ? ['*'] : [] }, isProtected);
  }

  async onModuleInit(): Promise<void> {
    const { guards } = this.options;
    this.guards = await Promise.all(guards.map((guard) => providedInstance(this.moduleRef, guard)));
  }

  /** @throws {ForbiddenException} without guards, to anybody else; to pages of other sites */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.policy.refusal(rawRequest(context.switchToHttp().getRequest())) !== undefined)
      throw new ForbiddenException(
        'Metrics are served to no page of another site and, without "guards" of McpMetricsModule, to this machine only.',
      );
    for (const guard of this.guards) {
      const verdict = await guard.canActivate(context);
      if (!(isObservable(verdict) ? await lastValueFrom(verdict) : verdict)) return false;
    }
    return true;
  }
}

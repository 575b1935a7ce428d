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
import { HostOriginPolicy } from '../auth/host-origin.policy.js';
import { isLoopbackAddress } from '../auth/loopback.js';
import { rawRequest } from '../auth/raw-request.js';
import { providedInstance } from '../model/provided-instance.js';
import { METRICS_OPTIONS, type ResolvedMetricsOptions } from './resolved-metrics-options.js';

/** What a proxy adds: behind one, every connection is a local one. */
const OF_PROXIES = ['forwarded', 'x-forwarded-for', 'x-real-ip'];

/** Lets those read the metrics whom the guards of the options let in; without any, this machine only. */
@Injectable()
export class MetricsGuard implements CanActivate, OnModuleInit {
  private readonly policy = new HostOriginPolicy();
  private guards: CanActivate[] = [];

  constructor(
    @Inject(METRICS_OPTIONS) private readonly options: ResolvedMetricsOptions,
    private readonly moduleRef: ModuleRef,
  ) {}

  async onModuleInit(): Promise<void> {
    const { guards } = this.options;
    this.guards = await Promise.all(guards.map((guard) => providedInstance(this.moduleRef, guard)));
  }

  /** @throws {ForbiddenException} without guards, to anybody else */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.guards.length === 0) this.assertLocal(context.switchToHttp().getRequest());
    for (const guard of this.guards) {
      const verdict = await guard.canActivate(context);
      if (!(isObservable(verdict) ? await lastValueFrom(verdict) : verdict)) return false;
    }
    return true;
  }

  private assertLocal(request: object): void {
    const raw = rawRequest(request);
    const isLocal = isLoopbackAddress(raw.socket.localAddress) && isLoopbackAddress(raw.socket.remoteAddress);
    const isProxied = OF_PROXIES.some((name) => name in raw.headers);
    if (!isLocal || isProxied || this.policy.refusal(raw) !== undefined)
      throw new ForbiddenException(
        'Metrics are served to this machine only. Give McpMetricsModule "guards" that say who else may read them.',
      );
  }
}

import type { CanActivate, Type } from '@nestjs/common';
import type { Registry } from 'prom-client';

export interface McpMetricsOptions {
  /** Where the metrics are kept: one of the application, or prom-client's `register`. Unless given, one of their own. */
  registry?: Registry;
  /** Path that the registry is served at, `metrics` by default. `false` serves it nowhere, for applications that do. */
  path?: string | false;
  /** Who may read them. Without any, it is this machine only: what names its tools says much of a server. */
  guards?: readonly (Type<CanActivate> | CanActivate)[];
}

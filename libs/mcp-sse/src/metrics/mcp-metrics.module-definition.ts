import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { McpMetricsOptions } from './mcp-metrics.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<McpMetricsOptions>().setClassMethodName('forRoot').build();

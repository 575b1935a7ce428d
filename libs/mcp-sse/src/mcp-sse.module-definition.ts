import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { McpSseModuleOptions } from './model/mcp-sse.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<McpSseModuleOptions>().setClassMethodName('forRoot').build();

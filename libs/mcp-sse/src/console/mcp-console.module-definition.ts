import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { McpConsoleOptions } from './mcp-console.options.js';

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<McpConsoleOptions>().setClassMethodName('forRoot').build();

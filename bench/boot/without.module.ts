import { Module } from '@nestjs/common';
import { providers } from './providers.js';

const none = () => () => undefined;

/** The same application without MCP. */
@Module({ providers: providers(none, none) })
export class BootModule {}

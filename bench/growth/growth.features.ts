import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { McpRegistry } from 'nestjs-mcp-sse';
import { FillerDto } from '../server/filler.dto.js';

/** Injection token of the number of tools. */
export const MORE_TOOLS = Symbol('more tools');

/** Tools that are only listed, and resources to subscribe to. */
@Injectable()
export class GrowthFeatures implements OnModuleInit {
  constructor(
    private readonly registry: McpRegistry,
    @Inject(MORE_TOOLS) private readonly tools: number,
  ) {}

  onModuleInit(): void {
    for (let index = 1; index <= this.tools; index++)
      this.registry.addTool({ name: `more_${index}`, input: FillerDto }, () => 'done');
    this.registry.addResource({ uri: 'bench://items/{id}', name: 'item' }, ({ id }) => id);
  }
}

import { Injectable, UseGuards } from '@nestjs/common';
import { McpTool } from 'nestjs-mcp-sse';
import { FILLERS } from '../contract/tools.js';
import { CallerGuard } from './caller.guard.js';
import { FillerDto } from './filler.dto.js';

/** The tools that are only listed, one decorated method each. */
@Injectable()
@UseGuards(CallerGuard)
export class FillerTools {}

for (const filler of FILLERS) {
  const method = { value: () => filler.name, configurable: true, writable: true };
  Object.defineProperty(FillerTools.prototype, filler.name, method);
  McpTool({ ...filler, input: FillerDto })(FillerTools.prototype, filler.name, method);
}

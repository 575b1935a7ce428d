import {
  Body,
  Controller,
  Module,
  Post,
  UseGuards,
  ValidationPipe,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_PIPE } from '@nestjs/core';
import { McpExecutionContext, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { ECHO } from '../contract/tools.js';
import { BENCH_OPTIONS } from './bench.options.js';
import { EchoDto } from './echo.dto.js';
import { FillerTools } from './filler.tools.js';

class RouteCallerGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return McpExecutionContext.ofRoute(context)?.principal.roles.includes('caller') === true;
  }
}

/** The tool that the load calls, as a route. */
@Controller('echo')
@UseGuards(new RouteCallerGuard())
class EchoController {
  @Post()
  @McpTool(ECHO)
  echo(@Body() { message }: EchoDto): string {
    return message;
  }
}

/** As `BenchModule`, but `echo` is a route of a controller. */
@Module({
  imports: [McpSseModule.forRoot(BENCH_OPTIONS)],
  controllers: [EchoController],
  providers: [FillerTools, { provide: APP_PIPE, useValue: new ValidationPipe({ transform: true }) }],
})
export class RouteBenchModule {}

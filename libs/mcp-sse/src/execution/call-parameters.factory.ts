import type { IncomingMessage } from 'node:http';
import type { ParamsFactory } from '@nestjs/core/helpers/external-context-creator.js';
import { ParameterKind } from '../decorators/parameter-kind.js';
import type { McpCall } from '../model/call.js';

const REQUEST = 0;
const HEADERS = 6;

/** Gives Nest the values of a handler's parameters, before the pipes. */
export class CallParametersFactory implements ParamsFactory {
  /** @param checkShape throws when the arguments must not even reach the pipes */
  constructor(private readonly checkShape: (value: unknown) => void) {}

  exchangeKeyForValue(
    kind: number,
    data: unknown,
    [request, , , call]: [IncomingMessage, unknown, unknown, McpCall],
  ) {
    switch (kind) {
      case ParameterKind.Args:
        if (call.kind === 'completion') return call.value;
        this.checkShape(call.arguments);
        return call.arguments;
      case ParameterKind.UriParam:
        return typeof data === 'string' ? call.arguments[data] : call.arguments;
      case REQUEST:
        return request;
      case HEADERS:
        return typeof data === 'string' ? request.headers[data.toLowerCase()] : request.headers;
      default:
        return undefined;
    }
  }
}

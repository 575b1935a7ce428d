import type { IncomingMessage } from 'node:http';
import { ForbiddenException } from '@nestjs/common';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { isProtected } from './is-protected.js';
import { isLoopbackAddress } from './loopback.js';

/**
 * Without authentication a server is there for its own machine alone.
 *
 * @throws {ForbiddenException}
 */
export function assertReachable(
  options: Pick<ResolvedOptions, 'auth' | 'guards'>,
  { socket }: IncomingMessage,
): void {
  if (!isProtected(options) && !isLoopbackAddress(socket.localAddress))
    throw new ForbiddenException(
      'This server has no authentication, so it serves loopback connections only. Set "auth" or "guards".',
    );
}

import { createHash, timingSafeEqual } from 'node:crypto';
import { UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';

/** Admits requests with the bearer token, which Prometheus sends with `authorization: { credentials: … }`. */
export class BearerGuard implements CanActivate {
  private readonly digest: Buffer;

  constructor(token: string) {
    this.digest = digestOf(`Bearer ${token}`);
  }

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (timingSafeEqual(digestOf(headers['authorization'] ?? ''), this.digest)) return true;
    throw new UnauthorizedException();
  }
}

/** Digests have equal lengths, which timingSafeEqual needs. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

const USER = Object.freeze({ sub: 'bench', iss: 'bench', roles: ['caller'] });

/** Names the user of each request, as a guard that reads tokens would, so that sessions have an owner to check. */
@Injectable()
export class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ user?: unknown }>().user = USER;
    return true;
  }
}

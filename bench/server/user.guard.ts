import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';

const USER = Object.freeze({ sub: 'bench', iss: 'bench', roles: ['caller'] });

/** Sets the user of each request, as a guard that reads tokens would, so that the owner of sessions is checked. */
@Injectable()
export class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<{ user?: unknown }>().user = USER;
    return true;
  }
}

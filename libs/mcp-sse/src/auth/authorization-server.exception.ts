import { ServiceUnavailableException } from '@nestjs/common';

/**
 * Whether a token is valid cannot be told at the moment. It is 503 rather than 401, on which clients throw a token
 * away that may be as good as ever.
 */
export class AuthorizationServerException extends ServiceUnavailableException {
  constructor() {
    super('The authorization server does not answer, so that no token can be checked; try again later.');
  }
}

import { rawRequest } from '../../auth/raw-request.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { plainJson } from '../../model/plain-json.js';
import type { McpPrincipal } from '../../model/principal.js';
import type { Arrival } from '../../cluster/remote-session.js';

/** Who has come by a request, as it is told to the node that has the session. */
export function arrivalOf(request: unknown): Arrival {
  const principal = requestPrincipal(request);
  const claims = plainJson(principal.claims) as McpPrincipal['claims'];
  return { principal: { ...principal, claims }, headers: rawRequest(request).headers };
}

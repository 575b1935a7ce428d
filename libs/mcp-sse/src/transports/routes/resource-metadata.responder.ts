import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pathSegments, requestedSegments, segmentsMatch } from '../../http/route-path.js';
import { WELL_KNOWN, type ProtectedResource } from './protected-resource.js';

/** Pages of every allowed origin may read the metadata, which is the same for all. */
const HEADERS: OutgoingHttpHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET',
  'Access-Control-Allow-Headers': '*',
  'Cache-Control': 'no-store',
};

/**
 * Serves the metadata of an application's protected resources. No controller can do so: the metadata is at the root of
 * the origin, without global prefix and version, and needs no token, so global guards must not run.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9728#section-3
 */
export class ResourceMetadataResponder {
  private readonly resources: { readonly path: readonly string[]; readonly resource: ProtectedResource }[] =
    [];

  /** @param path of the router, with prefix, version and parameters */
  add(path: string, resource: ProtectedResource): void {
    const added = pathSegments(path);
    if (!this.resources.some((other) => other.resource === resource && isSamePath(other.path, added)))
      this.resources.push({ path: added, resource });
  }

  /**
   * @param seen the adapter's request, which knows the address of the client
   * @returns whether the request was for metadata and is answered
   */
  answer(request: IncomingMessage, response: ServerResponse, seen: object): boolean {
    if (!['GET', 'HEAD', 'OPTIONS'].includes(request.method!)) return false;
    const [wellKnown, name, ...path] = requestedSegments(request);
    if (wellKnown !== WELL_KNOWN[0] || name !== WELL_KNOWN[1]) return false;
    const found = this.find(request, path);
    if (!found) return false;
    const { resource, local } = found;
    const refuse = (status: number, message: string, headers?: OutgoingHttpHeaders) => {
      send(response, status, { message }, headers);
      resource.refused(seen, status, message);
    };
    const refusal = resource.refusal(request);
    if (refusal !== undefined) refuse(403, refusal);
    else if (request.method === 'OPTIONS') response.writeHead(204, HEADERS).end();
    else {
      const metadata = resource.metadata(request, local);
      if (metadata) send(response, 200, metadata, HEADERS);
      else refuse(400, 'The Host header is no host.', HEADERS);
    }
    return true;
  }

  /** The path may have the prefix that clients use, or a proxy may have stripped it. */
  private find(
    request: IncomingMessage,
    path: readonly string[],
  ): { resource: ProtectedResource; local: readonly string[] } | undefined {
    for (const { path: pattern, resource } of this.resources) {
      const prefix = resource.prefixOf(request);
      const isPublic = prefix.every((segment, index) => path[index] === segment);
      const local = [isPublic ? path.slice(prefix.length) : path, path].find((candidate) =>
        segmentsMatch(pattern, candidate),
      );
      if (local) return { resource, local };
    }
    return undefined;
  }
}

function isSamePath(path: readonly string[], other: readonly string[]): boolean {
  return path.join('/') === other.join('/');
}

function send(response: ServerResponse, status: number, body: object, headers?: OutgoingHttpHeaders): void {
  response.writeHead(status, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

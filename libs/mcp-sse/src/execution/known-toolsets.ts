import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpRegistry } from '../discovery/mcp.registry.js';
import { andThen } from '../model/and-then.js';
import { clip, tellFew } from '../model/clip.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { Viewer } from '../model/mcp-policy.js';
import type { AccessControl } from './access-control.js';
import { pickedToolsets, TOOLSETS_PARAMETER } from './picked-toolsets.js';
import { allDecided } from './visibility.js';

const MAX_NAME_LENGTH = 64;

/** Checks the toolsets that a client's URL picks. */
export class KnownToolsets {
  constructor(
    private readonly registry: McpRegistry,
    private readonly access: AccessControl,
  ) {}

  /**
   * Takes the same time for a toolset that is hidden as for one that nobody has.
   *
   * @throws {JsonRpcError} -32602 for a toolset of which the client may see nothing. It lists those that it may pick
   */
  assert(viewer: Viewer): void | Promise<void> {
    const picked = pickedToolsets(viewer);
    if (!picked) return undefined;
    const { tools, resources, prompts } = this.registry;
    const members = [...tools, ...resources, ...prompts].filter(({ access }) => access.toolsets);
    const deciding = members.map((definition) => this.access.entitlement(definition, viewer));
    return andThen(allDecided(deciding), (verdicts) => {
      const granted = members.filter((_, index) => verdicts[index] === 'granted');
      const known = new Set(granted.flatMap(({ access }) => access.toolsets!));
      const unknown = [...picked].filter((name) => !known.has(name));
      if (unknown.length > 0) throw unknownToolsets(unknown, [...known].toSorted());
    });
  }
}

function unknownToolsets(unknown: readonly string[], known: readonly string[]): JsonRpcError {
  const plural = unknown.length > 1 ? 's' : '';
  const names = tellFew(unknown, (name) => JSON.stringify(clip(name, MAX_NAME_LENGTH)));
  return new JsonRpcError(
    ErrorCode.InvalidParams,
    `Unknown toolset${plural} ${names} in "${TOOLSETS_PARAMETER}" of the server's URL. ` +
      (known.length > 0 ? `The toolsets are: ${known.join(', ')}.` : 'There are no toolsets.'),
    { toolsets: known },
  );
}

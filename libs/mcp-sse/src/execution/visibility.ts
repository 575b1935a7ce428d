import { Injectable } from '@nestjs/common';
import { McpRegistry } from '../discovery/mcp.registry.js';
import { isForApps, showsApps } from '../model/apps.js';
import { andThen } from '../model/and-then.js';
import type { McpDefinition } from '../model/definitions.js';
import type { McpContext } from '../model/mcp-context.js';
import { AccessControl, type Verdict } from './access-control.js';

/** The features of one list that a client sees. */
export interface VisibleFeatures<Definition extends McpDefinition = McpDefinition> {
  readonly items: readonly Definition[];
  /** Whether the client shows apps. */
  readonly apps: boolean;
  /** The same for all clients that see these, and for no others. */
  readonly key: string;
}

/** Finds out which features of a list a client sees. */
@Injectable()
export class Visibility {
  /** Of the registry: it grows with each change. */
  private version = 0;

  constructor(
    registry: McpRegistry,
    private readonly access: AccessControl,
  ) {
    registry.changed$.subscribe(() => this.version++);
  }

  /** @param all features of one list. Rejects when the policy throws */
  of<Definition extends McpDefinition>(
    all: readonly Definition[],
    context: McpContext,
  ): VisibleFeatures<Definition> | Promise<VisibleFeatures<Definition>> {
    const { version } = this;
    const apps = showsApps(context);
    const deciding = all.map((definition) => this.access.verdict(definition, context));
    return andThen(allDecided(deciding), (verdicts) => {
      const isHidden = (definition: McpDefinition, index: number) =>
        verdicts[index] !== 'granted' || (!apps && isForApps(definition));
      const hidden: number[] = [];
      for (let index = 0; index < all.length; index++) if (isHidden(all[index]!, index)) hidden.push(index);
      const items =
        hidden.length === 0 ? all : all.filter((definition, index) => !isHidden(definition, index));
      return { items, apps, key: `${version} ${apps} ${hidden.join()}` };
    });
  }
}

/** Decided at once unless a policy returned a promise. */
export function allDecided(
  deciding: readonly (Verdict | Promise<Verdict>)[],
): readonly Verdict[] | Promise<readonly Verdict[]> {
  const isPending = deciding.some((verdict) => typeof verdict !== 'string');
  return isPending ? Promise.all(deciding) : (deciding as readonly Verdict[]);
}

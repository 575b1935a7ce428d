import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { McpCall } from '../model/call.js';
import { clip } from '../model/clip.js';
import { countMembers } from '../model/count-members.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import {
  McpInvalidArgumentsException,
  type ArgumentIssue,
} from '../model/errors/mcp-invalid-arguments.exception.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { formatPath } from '../schema/schema-issues.js';

/** A violation and the path to it, innermost name first. */
interface Fault {
  readonly message: string;
  readonly path: PropertyKey[];
}

/** Names are clipped to this length in messages. */
const MAX_NAME_LENGTH = 64;

/**
 * Refuses dangerous arguments before application code sees them: nested too deep for code that recurses, strings too
 * long for patterns that backtrack, too many members for slow code, and names that reach prototypes.
 */
export class ArgumentCaps {
  private readonly maxDepth: number;
  private readonly maxLength: number;
  private readonly maxMembers: number;
  private readonly tooMany: string;
  /** How many more members and elements the walk accepts. */
  private membersLeft = 0;

  constructor({ maxArgumentDepth, maxStringLength, maxArgumentMembers }: ResolvedOptions['limits']) {
    this.maxDepth = maxArgumentDepth;
    this.maxLength = maxStringLength;
    this.maxMembers = maxArgumentMembers;
    this.tooMany = `more than ${maxArgumentMembers} members and elements in all ("limits.maxArgumentMembers")`;
  }

  /** @throws {McpInvalidArgumentsException} which names the argument */
  assert({ arguments: args, value }: McpCall): void {
    this.membersLeft = this.maxMembers;
    const fault = this.faultOf(args, 1) ?? (value === undefined ? undefined : this.faultOf({ value }, 1));
    // The member at which the limit was reached means nothing to the client.
    if (this.membersLeft < 0) throw new McpInvalidArgumentsException([{ path: '', message: this.tooMany }]);
    if (fault) throw new McpInvalidArgumentsException([issueOf(fault)]);
  }

  /** Whether arguments are within the limits. */
  allows(args: object): boolean {
    this.membersLeft = this.maxMembers;
    return this.faultOf(args, 1) === undefined && this.membersLeft >= 0;
  }

  /** @throws {JsonRpcError} -32602 for parameters with more members than arguments may have */
  assertCountable(params: object): void {
    if (countMembers(params, this.maxMembers) > this.maxMembers)
      throw new JsonRpcError(ErrorCode.InvalidParams, `Invalid params: ${this.tooMany}`);
  }

  /** Walks the value once, allocates nothing while nothing is wrong, and stops at the depth limit. */
  private faultOf(value: unknown, depth: number): Fault | undefined {
    if (typeof value === 'string') return value.length > this.maxLength ? this.tooLong() : undefined;
    if (typeof value !== 'object' || value === null) return undefined;
    if (depth > this.maxDepth)
      return {
        message: `is nested deeper than ${this.maxDepth} levels ("limits.maxArgumentDepth")`,
        path: [],
      };
    return Array.isArray(value)
      ? this.faultOfItems(value, depth)
      : this.faultOfMembers(value as Record<string, unknown>, depth);
  }

  private faultOfItems(items: readonly unknown[], depth: number): Fault | undefined {
    this.membersLeft -= items.length;
    if (this.membersLeft < 0) return { message: this.tooMany, path: [] };
    for (let index = 0; index < items.length; index++) {
      const fault = this.faultOf(items[index], depth + 1);
      if (fault) return within(index, fault);
    }
    return undefined;
  }

  private faultOfMembers(members: Readonly<Record<string, unknown>>, depth: number): Fault | undefined {
    for (const name in members) {
      if (--this.membersLeft < 0) return { message: this.tooMany, path: [] };
      if (name === '__proto__') return within(name, reserved());
      if (name.length > this.maxLength) return within(name, this.tooLong());
      const member = members[name];
      if (name === 'constructor' && hasPrototype(member))
        return within(name, within('prototype', reserved()));
      const fault = this.faultOf(member, depth + 1);
      if (fault) return within(name, fault);
    }
    return undefined;
  }

  private tooLong(): Fault {
    return { message: `is longer than ${this.maxLength} characters ("limits.maxStringLength")`, path: [] };
  }
}

function hasPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

function reserved(): Fault {
  return { message: 'is not allowed: it names a prototype', path: [] };
}

function within(name: PropertyKey, { message, path }: Fault): Fault {
  path.push(name);
  return { message, path };
}

function issueOf({ message, path }: Fault): ArgumentIssue {
  const names = path.reverse().map((name) => (typeof name === 'string' ? clip(name, MAX_NAME_LENGTH) : name));
  return { path: formatPath(names), message };
}

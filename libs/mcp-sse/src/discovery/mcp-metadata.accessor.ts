import { Injectable } from '@nestjs/common';
import {
  APP_METADATA,
  COMPLETION_METADATA,
  METHOD_METADATA,
  NAME_PREFIX_METADATA,
  PROMPT_METADATA,
  PUBLIC_METADATA,
  RESOURCE_METADATA,
  ROLES_METADATA,
  SCOPES_METADATA,
  TOOL_METADATA,
  TOOLSETS_METADATA,
} from '../decorators/metadata-keys.js';
import type { McpAccess } from '../model/definitions.js';
import { accessOf, type DeclaredAccess } from './declared-access.js';
import type { FeatureMetadata } from './discovered-method.js';

const KEYS = {
  tool: TOOL_METADATA,
  resource: RESOURCE_METADATA,
  app: APP_METADATA,
  prompt: PROMPT_METADATA,
  completion: COMPLETION_METADATA,
} as const;

/** Reads the metadata of the decorators. */
@Injectable()
export class McpMetadataAccessor {
  /**
   * @param owner the prototype that has the method itself: an override of a decorated method is not decorated
   * @param prototype of the provided class, whose prefix is put before the names
   */
  features(owner: object, methodName: string, prototype: object): FeatureMetadata[] {
    return Object.entries(KEYS).flatMap(([kind, key]) => {
      const options: unknown = Reflect.getOwnMetadata(key, owner, methodName);
      if (options === undefined) return [];
      const prefix = Reflect.getMetadata(NAME_PREFIX_METADATA, prototype.constructor) as string | undefined;
      return [prefixed({ kind, options } as FeatureMetadata, prefix, methodName)];
    });
  }

  /**
   * The name of a tool without a decorator of its own.
   *
   * @param name unless the class has a prefix, which goes before the name of the method
   */
  prefixedName(prototype: object, methodName: string, name: string): { readonly name: string } {
    const prefix = Reflect.getMetadata(NAME_PREFIX_METADATA, prototype.constructor) as string | undefined;
    return { name: prefix === undefined ? name : prefix + methodName };
  }

  /** The function that a method's feature decorators decorated. */
  decorated(owner: object, methodName: string): object {
    return Reflect.getOwnMetadata(METHOD_METADATA, owner, methodName) as object;
  }

  /**
   * Who may use a method. Each of its own decorators replaces the same one of its class; `@McpScopes()` and `@McpRoles()`
   * also replace `@McpPublic()` of its class.
   *
   * @param where the method is, for messages
   * @throws {McpConfigurationError}
   */
  access(prototype: object, methodName: string, where: string): McpAccess {
    const { constructor } = prototype;
    const own = declared((key) => Reflect.getMetadata(key, prototype, methodName));
    const inherited = declared((key) => Reflect.getMetadata(key, constructor));
    const access = accessOf(own, where);
    const ofClass = accessOf(inherited, constructor.name);
    const { scopes, roles } = ofClass;
    const toolsets = access.toolsets ?? ofClass.toolsets;
    if (access.public) return { ...access, toolsets };
    if (!own.scopes && !own.roles) return { ...ofClass, toolsets };
    return { public: false, scopes: own.scopes ?? scopes, roles: own.roles ?? roles, toolsets };
  }
}

function prefixed(feature: FeatureMetadata, prefix: string | undefined, methodName: string): FeatureMetadata {
  if (prefix === undefined) return feature;
  switch (feature.kind) {
    case 'tool':
    case 'prompt':
      return withOptions(feature, { name: prefix + (feature.options.name ?? methodName) });
    case 'completion':
      return feature.options.prompt === undefined
        ? feature
        : withOptions(feature, { prompt: prefix + feature.options.prompt });
    case 'resource':
    case 'app':
      return feature;
  }
}

function withOptions(feature: FeatureMetadata, options: object): FeatureMetadata {
  return { ...feature, options: { ...feature.options, ...options } } as FeatureMetadata;
}

function declared(read: (key: string) => unknown): DeclaredAccess {
  const access = {
    public: PUBLIC_METADATA,
    scopes: SCOPES_METADATA,
    roles: ROLES_METADATA,
    toolsets: TOOLSETS_METADATA,
  };
  return Object.fromEntries(Object.entries(access).map(([name, key]) => [name, read(key)]));
}

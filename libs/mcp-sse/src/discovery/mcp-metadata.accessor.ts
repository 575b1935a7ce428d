import { Injectable } from '@nestjs/common';
import {
  COMPLETION_METADATA,
  PROMPT_METADATA,
  RESOURCE_METADATA,
  TOOL_METADATA,
} from '../decorators/metadata-keys.js';
import type { FeatureMetadata } from './discovered-method.js';

const KEYS = {
  tool: TOOL_METADATA,
  resource: RESOURCE_METADATA,
  prompt: PROMPT_METADATA,
  completion: COMPLETION_METADATA,
} as const;

/** Reads what the decorators wrote. */
@Injectable()
export class McpMetadataAccessor {
  features(method: object): FeatureMetadata[] {
    return Object.entries(KEYS).flatMap(([kind, key]) => {
      const options: unknown = Reflect.getMetadata(key, method);
      return options === undefined ? [] : [{ kind, options } as FeatureMetadata];
    });
  }
}

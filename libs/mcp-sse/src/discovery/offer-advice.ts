import type { McpToolDefinition } from '../model/definitions.js';
import type { RegisteredTool } from './registered-feature.js';

interface Offer {
  readonly tools: readonly McpToolDefinition[];
  readonly resources: readonly object[];
  readonly prompts: readonly object[];
}

/**
 * Warnings about a server that works, but that clients can do little with.
 *
 * @param isLimited whether the option "modules" leaves providers out
 */
export function offerAdvice({ tools, resources, prompts }: Offer, isLimited: boolean): string[] {
  if (tools.length + resources.length + prompts.length === 0)
    return [
      'There are no tools, resources or prompts. Is each class with @McpTool() methods among the "providers" of a ' +
        `module that the application imports${isLimited ? ', and that module in the option "modules"' : ''}?`,
    ];
  const silent = tools.filter(({ description }) => !description).map(({ name }) => `"${name}"`);
  if (silent.length === 0) return [];
  return [
    `Tools without a description: ${silent.join(', ')}. Models choose a tool by what it says: ` +
      "@McpTool({ description: '…' }).",
  ];
}

/** A warning about tools that are tasks only, on a server without the era that has tasks. */
export function taskAdvice(tools: Iterable<RegisteredTool>, servesModern: boolean): string[] {
  if (servesModern) return [];
  const names = [...tools].flatMap(({ task, definition }) =>
    task === 'required' ? `"${definition.name}"` : [],
  );
  if (names.length === 0) return [];
  return [
    `Nobody can call ${names.join(', ')}: with "task" of @McpTool() 'required', a call needs revision 2026-07-28, and ` +
      '"protocol.modern" is false. Serve both eras, or make the task \'optional\'.',
  ];
}

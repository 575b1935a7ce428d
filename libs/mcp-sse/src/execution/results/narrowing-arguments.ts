import type { McpToolDefinition } from '../../model/definitions.js';

/** Names that arguments have which ask for a part of a result, or for fewer details. */
const NARROWING =
  /^(max.*|.*limit|top|first|last|page.*|per_?page|.*cursor|offset|skip|start.*|end.*|from|to|since|until|after|before|fields?|select|columns?|include.*|exclude.*|filters?|where|query|q|search|range|lines?|depth)$/i;
const MOST = 6;

/** Tells the model how to ask for less, by the arguments of the tool that could do it. */
export function narrowingAdvice({ inputSchema }: McpToolDefinition): string {
  const names = Object.keys(inputSchema.properties ?? {}).filter((name) => NARROWING.test(name));
  if (names.length === 0) return 'Ask for a smaller part of it.';
  const quoted = names.slice(0, MOST).map((name) => JSON.stringify(name));
  return `Ask for less of it: use ${quoted.join(', ')}.`;
}

import type { Feature } from './feature.js';
import type { Names } from './names.js';

/** A resource with a fixed URI. */
export const resource: Feature = {
  kind: 'resource',
  source: (names) => `import { Injectable } from '@nestjs/common';
import { McpResource } from 'nestjs-mcp-sse';

@Injectable()
export class ${names.pascal}Resource {
  @McpResource({
    uri: '${uriOf(names)}',
    name: '${names.unique}',
    description: 'TODO: say what a client reads here',
  })
  ${names.camel}(): string {
    return '${names.camel}';
  }
}
`,
  tests: (names) => `  it('is read', async () => {
    const result = await mcp.readResource({ uri: '${uriOf(names)}' });
    expect(textOf(result)).toBe('${names.camel}');
  });
`,
};

/** The first folder is the scheme, as in `orders://list`. */
function uriOf({ segments: [first, ...others] }: Names): string {
  return others.length === 0 ? `app://${first}` : `${first}://${others.join('/')}`;
}

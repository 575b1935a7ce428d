import type { Feature } from './feature.js';
import type { Names } from './names.js';

/** A tool with a page that clients show beside its result. */
export const app: Feature = {
  kind: 'app',
  source: (names, isEsm) => `import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { McpApp, McpTool } from 'nestjs-mcp-sse';

@Injectable()
export class ${names.pascal}App {
  @McpTool({
    name: '${names.unique}',
    description: 'TODO: say when the model should show this app',
    ui: '${uriOf(names)}',
  })
  @McpApp({
    uri: '${uriOf(names)}',
    name: '${names.unique}',
    title: '${titleOf(names)}',
    file: join(${isEsm ? 'import.meta.dirname' : '__dirname'}, '${names.file}.html'),
  })
  ${names.camel}(): { values: number[] } {
    return { values: [3, 1, 2] };
  }
}
`,
  page: (names) => `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <title>${titleOf(names)}</title>
    <style>
      :root {
        color-scheme: light dark;
        font: 14px system-ui, sans-serif;
      }
    </style>
  </head>
  <body>
    <h1>${titleOf(names)}</h1>
    <pre id="result">…</pre>
    <script>
      const send = (message) =>
        parent.postMessage({ jsonrpc: '2.0', ...message }, '*');

      function show(result) {
        document.getElementById('result').textContent = JSON.stringify(result);
      }

      addEventListener('message', ({ source, data }) => {
        if (source !== parent) return;
        if (data.method === 'ui/notifications/tool-result')
          show(data.params.structuredContent);
        else if (data.method && data.id !== undefined)
          send({ id: data.id, result: {} });
        else if (data.id === 'initialize' && data.result)
          send({ method: 'ui/notifications/initialized', params: {} });
      });
      send({
        id: 'initialize',
        method: 'ui/initialize',
        params: {
          protocolVersion: '2026-01-26',
          appInfo: { name: '${names.unique}', version: '1.0.0' },
          appCapabilities: {},
        },
      });

      new ResizeObserver(() => {
        const { scrollHeight: height } = document.documentElement;
        send({ method: 'ui/notifications/size-changed', params: { height } });
      }).observe(document.body);
    </script>
  </body>
</html>
`,
  tests: (names) => `  it('answers', async () => {
    const result = await mcp.callTool({ name: '${names.unique}' });
    expect(result.structuredContent).toEqual({ values: [3, 1, 2] });
  });

  it('has a page', async () => {
    const page = await mcp.readResource({ uri: '${uriOf(names)}' });
    expect(textOf(page)).toContain('<title>${titleOf(names)}</title>');
  });
`,
};

function uriOf({ segments }: Names): string {
  return `ui://${segments.join('/')}`;
}

/** `find-orders` as `Find orders`. */
function titleOf({ file }: Names): string {
  const words = file.replaceAll(/[-_]+/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

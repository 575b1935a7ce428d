import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SERVER_INFO } from '../../config/server-info.js';
import { clientConfigurations, type ClientConfiguration } from './client-configurations.js';

interface Shown {
  readonly name: string;
  readonly description?: string;
}

/** What the page tells. */
export interface HomeContent {
  /** Public URL of the application's root, without a slash at the end, if the operator has set it. */
  readonly root?: string;
  /** What it seems to be; the page corrects it in the browser, which knows. */
  readonly guessedRoot: string;
  readonly paths: { readonly http: string; readonly sse: string };
  /** Whether clients need no key. */
  readonly isOpen: boolean;
  readonly hasConsole: boolean;
  /** What anybody may see. */
  readonly tools: readonly Shown[];
  readonly resources: readonly Shown[];
  readonly prompts: readonly Shown[];
}

const STYLE = readPart('home.css');
const SCRIPT = readPart('home.js');

/** Lets in nothing but the page's own style and script. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `script-src ${hashOf(SCRIPT)}`,
  `style-src ${hashOf(STYLE)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

export function homePage(content: HomeContent): string {
  const { root = content.guessedRoot, paths, isOpen, hasConsole } = content;
  const url = root + paths.http;
  const configurations = clientConfigurations({
    root,
    httpPath: paths.http,
    ssePath: paths.sse,
    needsKey: !isOpen,
  });
  // Links must hold wherever a proxy has put the page.
  const href = (path: string) => escaped(content.root === undefined ? `.${path}` : root + path);
  const guessed = content.root === undefined ? ` data-guessed-root="${escaped(root)}"` : '';
  return `<!doctype html>
<html lang="en"${guessed}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>nestjs-mcp-sse example</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>nestjs-mcp-sse example</h1>
<p>A server of the Model Context Protocol. Version ${escaped(SERVER_INFO.version)}</p>
<nav aria-label="Pages">
${hasConsole ? `<a href="${href('/console/')}">Console</a>` : ''}
<a href="${href('/health')}">Health</a>
</nav>
</header>
<main>
<section aria-labelledby="connect">
<h2 id="connect">Connect a client</h2>
<p>${isOpen ? 'Clients on this machine need no key.' : 'Clients need a token or key. Most of these read it from the environment variable <code>MCP_KEY</code>.'}</p>
${copied('url', 'the URL', url)}
${configurations.map(configuration).join('\n')}
<p id="status" role="status"></p>
</section>
<section aria-labelledby="offers">
<h2 id="offers">What is here</h2>
${isOpen ? '' : '<p>What a client sees depends on who it is. Anybody sees:</p>'}
${list('Tools', content.tools)}
${list('Resources', content.resources)}
${list('Prompts', content.prompts)}
</section>
</main>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}

function configuration({ client, where, text }: ClientConfiguration, index: number): string {
  return `<details name="client"${index === 0 ? ' open' : ''}>
<summary>${escaped(client)} <span>${escaped(where)}</span></summary>
${copied(`client-${index}`, `the configuration of ${client}`, text)}
</details>`;
}

/** A text with a button that copies it. The script shows the button. */
function copied(id: string, what: string, text: string): string {
  return `<div class="copied"><pre id="${id}"><code>${escaped(text)}</code></pre>
<button type="button" data-copy="${id}" aria-label="Copy ${escaped(what)}" hidden>Copy</button></div>`;
}

function list(title: string, items: readonly Shown[]): string {
  if (items.length === 0) return `<h3>${title} <span>0</span></h3>`;
  const rows = items.map(
    ({ name, description = '' }) => `<dt><code>${escaped(name)}</code></dt><dd>${escaped(description)}</dd>`,
  );
  return `<h3>${title} <span>${items.length}</span></h3>
<dl>${rows.join('')}</dl>`;
}

function readPart(file: string): string {
  return readFileSync(new URL(`./page/${file}`, import.meta.url), 'utf8');
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character]!);
}

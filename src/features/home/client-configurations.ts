/** Where clients find the server, and whether they need a key. */
export interface Endpoint {
  /** URL of the application's root, without a slash at the end. */
  readonly root: string;
  readonly httpPath: string;
  readonly ssePath: string;
  readonly needsKey: boolean;
}

/** What people paste to connect a client. */
export interface ClientConfiguration {
  readonly client: string;
  /** Where it goes: a sentence's end, such as a file. */
  readonly where: string;
  readonly text: string;
}

const LOOPBACK = /^http:\/\/(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|\/|$)/;

/** The configurations of docs/client-set-up.md, for this server. */
export function clientConfigurations(endpoint: Endpoint): readonly ClientConfiguration[] {
  const { root, httpPath, ssePath, needsKey } = endpoint;
  const http = root + httpPath;
  const sse = root + ssePath;
  const bearer = (key: string) => (needsKey ? { headers: { Authorization: `Bearer ${key}` } } : {});
  const isPlain = root.startsWith('http:') && !LOOPBACK.test(root);
  const remote = ['-y', 'mcp-remote', sse, '--transport', 'sse-only', ...(isPlain ? ['--allow-http'] : [])];
  const keyOption = needsKey ? ' --header "Authorization: Bearer $MCP_KEY"' : '';
  return [
    {
      client: 'Claude Code',
      where: 'on the command line',
      text: `claude mcp add --transport http example ${http}${keyOption}`,
    },
    {
      client: 'Claude Code, for a project',
      where: 'in .mcp.json at the root of the project',
      text: json({ mcpServers: { example: { type: 'http', url: http, ...bearer('${MCP_KEY}') } } }),
    },
    {
      client: 'Claude Desktop',
      where: 'in claude_desktop_config.json',
      text: json({
        mcpServers: {
          example: {
            command: 'npx',
            args: needsKey ? [...remote, '--header', 'Authorization:${MCP_AUTHORIZATION}'] : remote,
            ...(needsKey && { env: { MCP_AUTHORIZATION: 'Bearer replace-this-key' } }),
          },
        },
      }),
    },
    {
      client: 'VS Code',
      where: 'in .vscode/mcp.json',
      text: json({
        ...(needsKey && {
          inputs: [
            { type: 'promptString', id: 'mcp-key', description: 'Key of the example', password: true },
          ],
        }),
        servers: { example: { type: 'http', url: http, ...bearer('${input:mcp-key}') } },
      }),
    },
    {
      client: 'Cursor',
      where: 'in .cursor/mcp.json',
      text: json({ mcpServers: { example: { url: http, ...bearer('${env:MCP_KEY}') } } }),
    },
    {
      client: 'Windsurf',
      where: 'in ~/.codeium/windsurf/mcp_config.json',
      text: json({ mcpServers: { example: { serverUrl: http, ...bearer('${env:MCP_KEY}') } } }),
    },
    {
      client: 'Cline',
      where: 'in cline_mcp_settings.json',
      text: json({ mcpServers: { example: { type: 'sse', url: sse, ...bearer('replace-this-key') } } }),
    },
    {
      client: 'MCP Inspector',
      where: 'on the command line',
      text: `npx @modelcontextprotocol/inspector --cli ${sse} --transport sse${keyOption} --method tools/list`,
    },
  ];
}

function json(value: object): string {
  return JSON.stringify(value, undefined, 2);
}

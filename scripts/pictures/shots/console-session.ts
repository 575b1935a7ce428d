import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Shot } from '../shot.js';

/** The messages of another client's session, in the console. */
const consoleSession: Shot = {
  path: '/console/',
  looks: ['light', 'dark'],
  height: 640,
  async arrange(page, url) {
    const client = new Client({ name: 'assistant', version: '1.0.0' });
    await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`)));
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Sessions 2' }).click();
    await page.getByRole('link', { name: /^assistant/ }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await client.listTools();
    await client.callTool({ name: 'server_time', arguments: { timezone: 'Europe/Berlin' } });
    await client.callTool({ name: 'stream_data', arguments: { source: 'orders', count: 2 } });
    await client.callTool({ name: 'echo', arguments: {} });
    await client.readResource({ uri: 'documents://current' });
    await page.getByText(/^\d\d messages$/).waitFor();
  },
};

export default consoleSession;

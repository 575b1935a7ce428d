import { WireClient } from '../../../test/clients/wire-client.js';
import type { Shot } from '../shot.js';

/** The messages of another client's session, in the console. */
const consoleSession: Shot = {
  path: '/console/',
  looks: ['light', 'dark'],
  height: 720,
  async arrange(page, url) {
    const client = await WireClient.connect(`${url}/sse`);
    await client.initialize();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Sessions 2' }).click();
    await page.getByRole('link', { name: /^wire/ }).click();
    await page.getByText('Live', { exact: true }).waitFor();
    await client.callTool(1, 'echo', { message: 'Hello' });
    await client.callTool(2, 'edit_document', { doc_id: 'notes', operation: 'set', data: { text: 'Hello' } });
    await client.callTool(3, 'echo', {});
    await page.getByText(/^\d+ messages$/).waitFor();
  },
};

export default consoleSession;

import type { Shot } from '../shot.js';

/** A form of the console, filled in, with the answer. */
const consoleTool: Shot = {
  path: '/console/',
  looks: ['light', 'dark', 'phone'],
  height: 720,
  async arrange(page) {
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^edit_document/ }).click();
    await page.getByLabel('doc_id').fill('release-notes');
    await page.getByLabel('operation').selectOption('set');
    await page.getByLabel('text', { exact: true }).fill('Sessions survive a deploy.');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText(/^Answered after/).waitFor();
  },
};

export default consoleTool;

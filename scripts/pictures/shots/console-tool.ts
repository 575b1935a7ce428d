import type { Shot } from '../shot.js';

/** A form of the console, filled in, with the answer. */
const consoleTool: Shot = {
  path: '/console/',
  looks: ['light', 'dark'],
  height: 640,
  async arrange(page) {
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^stream_data/ }).click();
    await page.getByLabel('source').fill('orders');
    await page.getByLabel('count').fill('2');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText(/^Answered after/).waitFor();
  },
};

export default consoleTool;

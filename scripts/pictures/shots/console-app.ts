import type { Shot } from '../shot.js';

/** The app of a tool in the console, live. */
const consoleApp: Shot = {
  path: '/console/',
  looks: ['light', 'dark'],
  height: 720,
  async arrange(page) {
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('link', { name: /^monitor_system/ }).click();
    await page.getByLabel('durationMs').fill('2000');
    await page.getByLabel('intervalMs').fill('100');
    await page.getByRole('button', { name: 'Call', exact: true }).click();
    await page.getByText(/^Answered after/).waitFor();
    const app = page.frameLocator('iframe');
    await app.getByText(/^Live, 2[3-9] samples$/).waitFor();
    await app.getByRole('button', { name: 'Pause' }).click();
    await app.getByText('Paused').waitFor();
  },
};

export default consoleApp;

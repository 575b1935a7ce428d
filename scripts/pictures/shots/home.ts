import type { Shot } from '../shot.js';

/** The page that people see who open the server's address. */
const home: Shot = {
  path: '/',
  looks: ['light', 'dark', 'phone'],
  height: 780,
  async arrange(page) {
    await page.getByRole('button', { name: 'Copy the URL' }).waitFor();
  },
};

export default home;

import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { send } from '../clients/wire-client.js';
import { usePage } from '../fixtures/page.js';
import { startModule } from '../fixtures/start-app.js';

const page = usePage('docs/console.md');

describe('the page about the console', () => {
  it('serves one', async () => {
    const { AppModule } = await page.import<{ AppModule: Type }>('module');
    const { url, close } = await startModule(AppModule);
    const about = await send(`${url}/console/api/server`, { method: 'GET' });
    expect(JSON.parse(about.body)).toMatchObject({ server: { name: 'orders' } });
    expect((await send(`${url}/console/`, { method: 'GET' })).body).toContain('main.js');
    await close();
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});

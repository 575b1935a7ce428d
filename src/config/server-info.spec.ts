import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { SERVER_INFO } from './server-info.js';

it('reports the version of package.json', async () => {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  expect(JSON.parse(text)).toHaveProperty('version', SERVER_INFO.version);
});

import { readdirSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { pageFiles } from './page-files.js';

it('has every file of the page', () => {
  const folder = readdirSync(new URL('./page', import.meta.url));
  expect([...pageFiles().keys()].toSorted()).toEqual(folder.toSorted());
});

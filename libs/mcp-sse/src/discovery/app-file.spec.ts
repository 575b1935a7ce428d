import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { AppFile } from './app-file.js';

describe('the file of an app', () => {
  let folder: string;
  let path: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mcp-app-'));
    path = join(folder, 'chart.html');
  });

  afterAll(() => rm(folder, { recursive: true }));

  const environment = process.env['NODE_ENV'];
  afterEach(() => {
    process.env['NODE_ENV'] = environment;
  });

  it('is read again each time, so that a change shows without a restart', async () => {
    await writeFile(path, '<p>one</p>');
    const file = await AppFile.open(pathToFileURL(path), 'Orders.chart');
    await writeFile(path, '<p>two</p>');
    expect(await file.read()).toBe('<p>two</p>');
  });

  it('is read once for production', async () => {
    process.env['NODE_ENV'] = 'production';
    await writeFile(path, '<p>one</p>');
    const file = await AppFile.open(path, 'Orders.chart');
    await writeFile(path, '<p>two</p>');
    expect(file.read()).toBe('<p>one</p>');
  });

  it.each(['', ' \n', 'a < b', '{"html":"<p>"}'])('cannot be %j, which is no HTML', async (text) => {
    await writeFile(path, text);
    await expect(AppFile.open(path, 'Orders.chart')).rejects.toThrow('has no HTML in it');
  });

  it('says where and why it cannot be read', async () => {
    await expect(AppFile.open('chart.html', 'Orders.chart')).rejects.toThrow(
      `Orders.chart: "file" is "chart.html", which depends on where the process starts. Give the absolute path: ` +
        "join(import.meta.dirname, 'chart.html'), or join(__dirname, 'chart.html') in CommonJS.",
    );
    await expect(AppFile.open(join(folder, 'no.html'), 'Orders.chart')).rejects.toThrow(
      /^Orders\.chart: "file" .*no\.html cannot be read: there is none\. .*"assets".* in nest-cli\.json\.$/,
    );
    await expect(AppFile.open(folder, 'Orders.chart')).rejects.toThrow('cannot be read: EISDIR');
  });
});

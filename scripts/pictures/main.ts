import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { startBrowser } from '../../test/fixtures/browser.js';
import { startTypeScript } from '../../test/fixtures/child-application.js';
import type { Look, Shot } from './shot.js';

const FOLDER = 'docs/images';
/** What the address bar says in each picture, whichever port the application has. */
const ORIGIN = 'http://localhost:3000';
const WIDTHS: Readonly<Record<Look, number>> = { light: 1180, dark: 1180, phone: 375 };

/** Makes the pictures of the documentation: all, or those of the shots that the arguments name. */
async function main(wanted: readonly string[]): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  const names = readdirSync(new URL('shots', import.meta.url)).map((file) => basename(file, '.ts'));
  const unknown = wanted.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new Error(`No shot "${unknown.join(', ')}": there are ${names.join(', ')}`);
  for (const name of wanted.length > 0 ? wanted : names) {
    const { default: shot } = (await import(`./shots/${name}.js`)) as { default: Shot };
    for (const look of shot.looks) {
      const picture = palette(await take(shot, look));
      const file = `${FOLDER}/${name}-${look}.png`;
      writeFileSync(file, picture);
      process.stdout.write(`${file}: ${(picture.length / 1024).toFixed(1)} KiB\n`);
    }
  }
}

/** @returns a PNG */
async function take({ path, env, height, arrange }: Shot, look: Look): Promise<Buffer> {
  const app = await startTypeScript('src/main.ts', { env: { NODE_ENV: 'development', ...env } });
  const browser = await startBrowser(`--host-resolver-rules=MAP localhost:3000 127.0.0.1:${app.port}`);
  try {
    const page = await browser.newPage({
      viewport: { width: WIDTHS[look], height },
      colorScheme: look === 'dark' ? 'dark' : 'light',
      isMobile: look === 'phone',
      reducedMotion: 'reduce',
      locale: 'en-US',
      timezoneId: 'UTC',
    });
    await page.goto(ORIGIN + path, { waitUntil: 'commit' });
    await arrange(page, app.url);
    return await page.screenshot({ animations: 'disabled', caret: 'hide' });
  } finally {
    await browser.close();
    await app.stop();
  }
}

/** Reduces a PNG to at most 256 colours, a third of its size. */
function palette(png: Buffer): Buffer {
  return execFileSync('pngquant', ['--speed', '1', '--strip', '-'], { input: png, maxBuffer: 2 ** 24 });
}

await main(process.argv.slice(2));

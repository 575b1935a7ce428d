import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('./page', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  /** Quoted, as the header has it. */
  readonly etag: string;
  readonly content: Buffer;
}

/** The files of the page by their names. They are read once, and nothing else of the disk ever is. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  const served = readdirSync(FOLDER).filter((name) => extname(name) in TYPES);
  return new Map(served.map((name) => [name, pageFile(name)]));
}

function pageFile(name: string): PageFile {
  const content = readFileSync(join(FOLDER, name));
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[extname(name)]!, etag, content };
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { extname } from 'node:path';

/** The files by name. Listed one by one, because webpack and rspack bundle only files whose full path is a literal. */
const FILES: Readonly<Record<string, URL>> = {
  'index.html': new URL('./page/index.html', import.meta.url),
  'app-bridge.js': new URL('./page/app-bridge.js', import.meta.url),
  'app-events.js': new URL('./page/app-events.js', import.meta.url),
  'app-frame.html': new URL('./page/app-frame.html', import.meta.url),
  'app-view.js': new URL('./page/app-view.js', import.meta.url),
  'call-panel.js': new URL('./page/call-panel.js', import.meta.url),
  'catalogue.js': new URL('./page/catalogue.js', import.meta.url),
  'connection.js': new URL('./page/connection.js', import.meta.url),
  'console.css': new URL('./page/console.css', import.meta.url),
  'credentials.js': new URL('./page/credentials.js', import.meta.url),
  'dom.js': new URL('./page/dom.js', import.meta.url),
  'event-parser.js': new URL('./page/event-parser.js', import.meta.url),
  'event-stream.js': new URL('./page/event-stream.js', import.meta.url),
  'fields.js': new URL('./page/fields.js', import.meta.url),
  'format.js': new URL('./page/format.js', import.meta.url),
  'icon.svg': new URL('./page/icon.svg', import.meta.url),
  'json-view.js': new URL('./page/json-view.js', import.meta.url),
  'lists.js': new URL('./page/lists.js', import.meta.url),
  'main.js': new URL('./page/main.js', import.meta.url),
  'mcp-client.js': new URL('./page/mcp-client.js', import.meta.url),
  'message-ring.js': new URL('./page/message-ring.js', import.meta.url),
  'refusal.js': new URL('./page/refusal.js', import.meta.url),
  'result-view.js': new URL('./page/result-view.js', import.meta.url),
  'schema-form.js': new URL('./page/schema-form.js', import.meta.url),
  'schema.js': new URL('./page/schema.js', import.meta.url),
  'session-list.js': new URL('./page/session-list.js', import.meta.url),
  'session-view.js': new URL('./page/session-view.js', import.meta.url),
  'sign-in.js': new URL('./page/sign-in.js', import.meta.url),
  'traffic-view.js': new URL('./page/traffic-view.js', import.meta.url),
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly type: string;
  /** With quotes, as in the header. */
  readonly etag: string;
  readonly content: Buffer;
}

/** Reads all files at once, so that no request reads the disk. */
export function pageFiles(): ReadonlyMap<string, PageFile> {
  return new Map(Object.entries(FILES).map(([name, url]) => [name, pageFile(name, url)]));
}

function pageFile(name: string, url: URL): PageFile {
  const content = readFileSync(url);
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  return { type: TYPES[extname(name)]!, etag, content };
}

/** Allows only the page's own files and frames and requests to its own server, and forbids HTML made from strings. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Headers of the page and its files. They replace those that middleware has set. */
export const PAGE_HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
} as const;

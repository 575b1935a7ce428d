import { BadRequestException } from '@nestjs/common';
import { appCsp } from '../model/app-csp.js';
import type { McpAppCsp } from '../model/app-ui.js';
import { PAGE_HEADERS } from './page-files.js';

/** The file that the page shows an app in. */
export const APP_FRAME = 'app-frame.html';

/**
 * The headers of the frame. It has no origin, so its app has neither the page's token nor cookies or storage, and reaches
 * only what it has declared.
 *
 * @param url of the request, whose parameter `csp` is what the app declares, as JSON
 * @throws {BadRequestException} when that is no CSP
 */
export function frameHeaders(url: string): Readonly<Record<string, string>> {
  return {
    ...PAGE_HEADERS,
    'X-Frame-Options': 'SAMEORIGIN',
    'Content-Security-Policy': framePolicy(declaredCsp(url)),
  };
}

function declaredCsp(url: string): McpAppCsp {
  try {
    const { searchParams } = new URL(url, 'http://frame');
    return appCsp(JSON.parse(searchParams.get('csp') ?? '{}'), 'The app') ?? {};
  } catch (error) {
    throw new BadRequestException((error as Error).message);
  }
}

/** Nothing that the page has by being served from here, so never `'self'`. */
function framePolicy({
  connectDomains = [],
  resourceDomains = [],
  frameDomains = [],
  baseUriDomains = [],
}: McpAppCsp): string {
  const directives: Readonly<Record<string, readonly string[]>> = {
    sandbox: ['allow-scripts', 'allow-forms'],
    'default-src': ["'none'"],
    'script-src': ["'unsafe-inline'", ...resourceDomains],
    'style-src': ["'unsafe-inline'", ...resourceDomains],
    'img-src': ['data:', ...resourceDomains],
    'font-src': ['data:', ...resourceDomains],
    'media-src': ['data:', ...resourceDomains],
    'connect-src': orNone(connectDomains),
    'frame-src': orNone(frameDomains),
    'base-uri': orNone(baseUriDomains),
    'form-action': ["'none'"],
    'frame-ancestors': ["'self'"],
  };
  return Object.entries(directives)
    .map(([name, values]) => `${name} ${values.join(' ')}`)
    .join('; ');
}

function orNone(origins: readonly string[]): readonly string[] {
  return origins.length > 0 ? origins : ["'none'"];
}

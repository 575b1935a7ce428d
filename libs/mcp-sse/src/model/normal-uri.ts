/** Most characters of a URI that is looked up: the length that web servers commonly accept. */
export const MAX_URI_LENGTH = 8 * 1024;

const PARTS = /^([a-z][a-z0-9+.-]*):(?:\/\/([^/?#]*))?([^?#]*)([^]*)$/i;
const PERCENT = /%([0-9a-f]{2})?/gi;
const UNRESERVED = /[\w.~-]/;
/** Characters that a URI may contain only in encoded form. */
const NOT_IN_URIS = /[^!-~]|["<>\\^`{|}]/gu;

/**
 * The normal form of a URI. Two URIs name the same resource if their normal forms are equal.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-6.2.2
 */
export function normalUri(uri: string): string {
  return assembled(uri, (host) => host.toLowerCase());
}

/** As {@link normalUri}, but keeps the case of the host, since templates read values from there. */
export function normalUriInCase(uri: string): string {
  return assembled(uri, (host) => host);
}

/** Encodes the characters that must be encoded, and decodes those that need no encoding. */
export function normalPercentEncoding(text: string): string {
  return text
    .replace(PERCENT, (encoded, hex?: string) => {
      if (hex === undefined) return '%25';
      const character = String.fromCharCode(parseInt(hex, 16));
      return UNRESERVED.test(character) ? character : encoded.toUpperCase();
    })
    .replace(/\p{Cs}/gu, '\ufffd')
    .replace(NOT_IN_URIS, (character) => encodeURIComponent(character));
}

function assembled(uri: string, caseOf: (host: string) => string): string {
  const [, scheme, authority, path = '', rest = ''] = PARTS.exec(normalPercentEncoding(uri)) ?? [];
  if (scheme === undefined) return normalPercentEncoding(uri);
  const isHierarchical = authority !== undefined || path.startsWith('/');
  return (
    `${scheme.toLowerCase()}:` +
    (authority === undefined ? '' : `//${withHost(authority, caseOf)}`) +
    (isHierarchical ? withoutDotSegments(path) : path) +
    rest
  );
}

function withHost(authority: string, caseOf: (host: string) => string): string {
  const start = authority.lastIndexOf('@') + 1;
  return authority.slice(0, start) + caseOf(authority.slice(start));
}

function withoutDotSegments(path: string): string {
  if (!path.includes('/.')) return path;
  const kept: string[] = [];
  const segments = path.split('/').slice(1);
  for (const [index, segment] of segments.entries()) {
    if (segment === '..') kept.pop();
    if (segment !== '.' && segment !== '..') kept.push(segment);
    else if (index === segments.length - 1) kept.push('');
  }
  return `/${kept.join('/')}`;
}

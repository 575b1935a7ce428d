import type { ResolvedOptions } from '../model/resolved-options.js';
import type { Weakness } from './weakness.js';

/** No network of proxies is wider than 10.0.0.0/8 or fc00::/7. */
const MIN_BITS = { ipv4: 8, ipv6: 7 } as const;
/** Where IPv6 has the addresses of IPv4. */
const MAPPED_BITS = 96;

/** Whether proxies are trusted that clients can be. The ranges have been checked to be some. */
export function proxyWeakness({ trustedProxies }: ResolvedOptions): Weakness | undefined {
  const wide = trustedProxies.find(isTooWide);
  if (wide === undefined) return undefined;
  return {
    message:
      `"trustedProxies" has "${wide}", so any client may say where it comes from and what it was asked for. ` +
      'List the addresses of your proxies only, such as 10.1.2.0/24.',
    isSevere: true,
  };
}

function isTooWide(range: string): boolean {
  const [address = '', bits] = range.split('/');
  if (bits === undefined) return false;
  if (!address.includes(':')) return Number(bits) < MIN_BITS.ipv4;
  const isMapped = /^(::|0+:0+:0+:0+:0+:)ffff:/i.test(address) && Number(bits) >= MAPPED_BITS;
  return isMapped ? Number(bits) - MAPPED_BITS < MIN_BITS.ipv4 : Number(bits) < MIN_BITS.ipv6;
}

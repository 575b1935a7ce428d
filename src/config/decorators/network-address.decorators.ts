import { isFQDN, isIP, ValidateBy, type ValidationOptions } from 'class-validator';
import { isIPv4, isIPv6 } from 'node:net';

/** Accepts an IP address or a host name, without a port. */
export function IsHost(): PropertyDecorator {
  return ValidateBy({
    name: 'isHost',
    validator: {
      validate: (value: unknown) =>
        isIP(value) || isFQDN(value, { require_tld: false, allow_underscores: true }),
      defaultMessage: () => '$property must be an IP address or a host name, without a port',
    },
  });
}

/** Accepts an IP address, or a range in CIDR notation. */
export function IsAddressRange(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isAddressRange',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isAddressRange(value),
        defaultMessage: () => '$property must name IP addresses or CIDR ranges such as 10.0.0.0/8',
      },
    },
    options,
  );
}

function isAddressRange(value: string): boolean {
  const [address = '', prefix = '0', ...rest] = value.split('/');
  const bits = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
  return rest.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= bits;
}

/** Accepts an origin as browsers send it: lower case, no path, no default port, no wildcard. */
export function IsOrigin(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isOrigin',
      validator: {
        validate: isOrigin,
        defaultMessage: () =>
          '$property must name origins such as https://chat.example.com or http://localhost:5173, ' +
          'in lower case, without a path, a final slash or a default port',
      },
    },
    options,
  );
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/.test(value)) return false;
  // Desktop clients and browser extensions send origins with schemes for which URL computes none.
  if (!/^https?:/.test(value)) return true;
  return URL.canParse(value) && new URL(value).origin === value;
}

import { isFQDN, isIP, ValidateBy } from 'class-validator';

/** An IP address or a host name, without a port. */
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

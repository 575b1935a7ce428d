import { isIPv4, isIPv6 } from 'node:net';
import { ValidateBy, type ValidationOptions } from 'class-validator';

/** An IP address, or a range of them in CIDR notation. */
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

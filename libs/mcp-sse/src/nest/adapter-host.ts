/**
 * The HTTP adapter of an application.
 *
 * Read in @nestjs/core 11.1.0 to 12.5.1, helpers/http-adapter-host.js: `httpAdapter` is set before providers are made, in a
 * testing module after that, and never in an application context of 11. From 11.1.4 on, `init$` tells of it, also in an
 * application context of 12.
 *
 * If Nest stops telling, bodies are read by the application's parsers. The tests of bodies fail then.
 */
import type { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';

/** The adapter, unless there is no server for HTTP, or it is not set yet. */
export function adapterOf(host: HttpAdapterHost): AbstractHttpAdapter | undefined {
  return (host.httpAdapter as AbstractHttpAdapter | null) ?? undefined;
}

/** Calls back with the adapter as soon as it is set: at once if it is already. */
export function whenAdapterIsSet(
  host: HttpAdapterHost,
  callback: (adapter: AbstractHttpAdapter) => void,
): void {
  const call = (): void => {
    const adapter = adapterOf(host);
    if (adapter) callback(adapter);
  };
  const { init$ } = host as Partial<HttpAdapterHost>;
  if (init$) init$.subscribe(call);
  else if (adapterOf(host)) call();
  else afterSet(host, call);
}

/** For Nest before 11.1.4. */
function afterSet(host: HttpAdapterHost, call: () => void): void {
  const inherited = Object.getPrototypeOf(host) as HttpAdapterHost;
  const { get, set } =
    Object.getOwnPropertyDescriptor(host, 'httpAdapter') ??
    Object.getOwnPropertyDescriptor(inherited, 'httpAdapter')!;
  Object.defineProperty(host, 'httpAdapter', {
    configurable: true,
    get,
    set(this: HttpAdapterHost, adapter: AbstractHttpAdapter) {
      set!.call(this, adapter);
      call();
    },
  });
}

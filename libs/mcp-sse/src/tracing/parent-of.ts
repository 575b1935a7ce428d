import type { IncomingHttpHeaders } from 'node:http';
import {
  context,
  propagation,
  ROOT_CONTEXT,
  trace,
  type Context,
  type SpanContext,
  type TextMapGetter,
} from '@opentelemetry/api';

/** A client can send anything; propagators expect text. */
const TEXTS: TextMapGetter<Readonly<Record<string, unknown>>> = {
  get: (carrier, key) => {
    const value = carrier[key];
    return typeof value === 'string' ? value : undefined;
  },
  keys: (carrier) => Object.keys(carrier),
};

/** Where a span belongs. */
export interface SpanParent {
  readonly parent: Context;
  /** The span around, such as that of the POST, where it is not the parent: to be linked. */
  readonly ambient?: SpanContext;
}

/**
 * What a request is part of: what its client says in `_meta`, else the span around, which is that of the POST where HTTP
 * is instrumented, else what the headers of the POST say.
 */
export function parentOf(meta: unknown, headers: IncomingHttpHeaders): SpanParent {
  const active = context.active();
  const ambient = trace.getSpanContext(active);
  if (typeof meta === 'object' && meta !== null) {
    const carrier = meta as Readonly<Record<string, unknown>>;
    const isParent = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier, TEXTS));
    if (isParent) return { parent: propagation.extract(active, carrier, TEXTS), ambient };
  }
  return { parent: ambient ? active : propagation.extract(active, headers, TEXTS) };
}

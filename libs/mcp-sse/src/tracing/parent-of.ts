import type { IncomingHttpHeaders } from 'node:http';
import type { Context, SpanContext, TextMapGetter } from '@opentelemetry/api';
import { openTelemetry } from './opentelemetry.js';

/** Reads only text: propagators expect it, and clients may send other values. */
const TEXTS: TextMapGetter<Readonly<Record<string, unknown>>> = {
  get: (carrier, key) => {
    const value = carrier[key];
    return typeof value === 'string' ? value : undefined;
  },
  keys: (carrier) => Object.keys(carrier),
};

/** The parent of a span, and a link. */
export interface SpanParent {
  readonly parent: Context;
  /** The active span, such as that of the POST, to be linked if it is not the parent. */
  readonly ambient?: SpanContext;
}

/**
 * The parent of a request's span: the one that its client names in `_meta`, else the active span, which is that of the
 * POST if HTTP is instrumented, else the one that the headers of the POST name.
 */
export function parentOf(meta: unknown, headers: IncomingHttpHeaders): SpanParent {
  const { context, propagation, ROOT_CONTEXT, trace } = openTelemetry.package;
  const active = context.active();
  const ambient = trace.getSpanContext(active);
  if (typeof meta === 'object' && meta !== null) {
    const carrier = meta as Readonly<Record<string, unknown>>;
    const isParent = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, carrier, TEXTS));
    if (isParent) return { parent: propagation.extract(active, carrier, TEXTS), ambient };
  }
  return { parent: ambient ? active : propagation.extract(active, headers, TEXTS) };
}

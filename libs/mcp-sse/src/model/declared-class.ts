import type { Type } from './schema-source.js';

/** What the compiler writes as the type of a parameter that no class of the application describes. */
const BUILT_IN: readonly unknown[] = [
  Object,
  String,
  Number,
  Boolean,
  Array,
  Function,
  Promise,
  Date,
  Map,
  Set,
];

/** Whether a type is a class that may describe data, such as a DTO. */
export function isDeclaredClass(type: unknown): type is Type {
  return typeof type === 'function' && !BUILT_IN.includes(type);
}

import type { ClusterReports, ClusterText } from '../model/cluster/cluster-reports.js';
import { isFields, isInteger, type Fields } from '../model/cluster/shape.js';

/**
 * The version that this node writes, as `v`. A later version may add members that earlier ones ignore; `needs` is then
 * the lowest version that can read the text. Without `needs`, that is `v`.
 */
export const VERSION = 1;

/** The longest text that is parsed, in characters. Redis cuts off listeners for whom more waits. */
export const MAX_LENGTH = 32 * 1024 * 1024;

/** A text that a node has written. */
export interface WrittenJson {
  readonly fields: Fields;
  /** Whether this version can read it. If not, that has been reported. */
  readonly isReadable: boolean;
}

/** @returns undefined for a text that no node has written, which is reported */
export function readJson(text: string, kind: ClusterText, reports: ClusterReports): WrittenJson | undefined {
  const fields = parse(text);
  if (typeof fields === 'string') return void reports.unreadable(kind, fields);
  const isReadable = judgeVersion(fields, kind, reports);
  return isReadable === undefined ? undefined : { fields, isReadable };
}

/** Whether this version can read something, by `v` and `needs`; undefined if these are no versions. */
export function judgeVersion(
  { v = 0, needs = v }: Fields,
  kind: ClusterText,
  reports: ClusterReports,
): boolean | undefined {
  if (!isInteger(v) || !isInteger(needs)) return void reports.unreadable(kind, 'its version is no number');
  if (v > VERSION) reports.later(v);
  const isReadable = needs <= VERSION;
  if (!isReadable) reports.unreadable(kind, `it needs version ${needs}, and this node has ${VERSION}`);
  return isReadable;
}

/** Adds the version. @param json of an object that has members */
export function versioned(json: string): string {
  return `{"v":${VERSION},${json.slice(1)}`;
}

/** @returns the object, or why the text is none */
function parse(text: string): Fields | string {
  if (text.length > MAX_LENGTH) return 'it is too large';
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : 'it is no object';
  } catch {
    return 'it is not JSON';
  }
}

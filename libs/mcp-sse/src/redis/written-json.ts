import type { ClusterReports, ClusterText } from '../model/cluster/cluster-reports.js';
import { isFields, isInteger, type Fields } from '../model/cluster/shape.js';

/**
 * What this node writes says so in `v`. A later version may add members, which earlier ones ignore; it then says in
 * `needs` which version a reader has to know at least. Without `needs`, that is `v`.
 */
export const VERSION = 1;

/** More than that is not parsed: a Redis cuts off listeners for whom more waits. In characters. */
export const MAX_LENGTH = 32 * 1024 * 1024;

/** What a node has written. */
export interface WrittenJson {
  readonly fields: Fields;
  /** Whether this version can make sense of it. What cannot be is reported by now. */
  readonly isReadable: boolean;
}

/** @returns undefined for what no node has written, which is reported */
export function readJson(text: string, kind: ClusterText, reports: ClusterReports): WrittenJson | undefined {
  const fields = parse(text);
  if (typeof fields === 'string') return void reports.unreadable(kind, fields);
  const isReadable = judgeVersion(fields, kind, reports);
  return isReadable === undefined ? undefined : { fields, isReadable };
}

/** Whether this version can make sense of something, by `v` and `needs`; undefined where these are no versions. */
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

/** @param json of an object that has members @returns the same with the version */
export function versioned(json: string): string {
  return `{"v":${VERSION},${json.slice(1)}`;
}

/** @returns why it is none, where it is not an object */
function parse(text: string): Fields | string {
  if (text.length > MAX_LENGTH) return 'it is too large';
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : 'it is no object';
  } catch {
    return 'it is not JSON';
  }
}

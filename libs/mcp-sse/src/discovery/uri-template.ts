import { normalPercentEncoding, normalUriInCase } from '../model/normal-uri.js';
import { matchParts, type TemplatePart, type TemplateVariable } from './template-parts.js';

const EXPRESSION = /\{([+#./?&]?)([^{}]*)\}/g;
const VARIABLE = /^[\w.-]+\*?$/;

/** The values of a template's variables; an array for an exploded one (`{/path*}`). */
export type UriVariables = Record<string, string | string[]>;

interface QueryVariable {
  readonly name: string;
  readonly isList: boolean;
}

/**
 * A URI template (RFC 6570). Matching takes time linear in the length of the URI.
 *
 * The parameters of `{?a,b}` and `{&a}` are optional and match in any order; other parameters are ignored.
 */
export class UriTemplate {
  readonly variableNames: readonly string[];
  private readonly parts: TemplatePart[] = [];
  private readonly query: QueryVariable[] = [];
  /** The literal parameters of the template's query, such as `v=1`. */
  private readonly fixedQuery: string[] = [];
  /** Whether the query is matched by parameters rather than as text. */
  readonly hasQuery: boolean;

  /** @throws {TypeError} when the template is malformed */
  constructor(readonly template: string) {
    this.hasQuery = /\{[?&]/.test(template);
    const names: string[] = [];
    let end = 0;
    for (const { 0: expression, 1: operator = '', 2: list = '', index } of template.matchAll(EXPRESSION)) {
      this.addText(template.slice(end, index), end);
      end = index + expression.length;
      const variables = list.split(',').map((name) => this.variable(name.trim()));
      names.push(...variables.map(({ name }) => name));
      if (operator === '?' || operator === '&') this.query.push(...variables);
      else if (this.query.length === 0) this.addVariables(operator, variables);
      else throw new TypeError(`${expression} is after the query`);
    }
    this.addText(template.slice(end), end);
    this.variableNames = names;
  }

  /** The values of the variables, decoded once; undefined when the URI does not match. */
  match(uri: string): UriVariables | undefined {
    const normal = normalUriInCase(uri);
    const start = this.hasQuery ? normal.indexOf('?') : -1;
    const spans = matchParts(this.parts, start < 0 ? normal : normal.slice(0, start));
    if (!spans) return undefined;
    const variables: UriVariables = {};
    for (const { part, text } of spans) {
      const value = decodedValue(part, text);
      if (value === undefined) return undefined;
      variables[part.name] = value;
    }
    if (!this.hasQuery) return variables;
    return this.addQuery(start < 0 ? '' : normal.slice(start + 1), variables) ? variables : undefined;
  }

  private addQuery(query: string, variables: UriVariables): boolean {
    const pairs = query.split('#')[0]!.split('&');
    if (!this.fixedQuery.every((fixed) => pairs.includes(fixed))) return false;
    const values = new Map<string, string[]>();
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      if (equals < 0) continue;
      const name = pair.slice(0, equals);
      const known = values.get(name);
      if (known) known.push(pair.slice(equals + 1));
      else values.set(name, [pair.slice(equals + 1)]);
    }
    for (const { name, isList } of this.query) {
      const given = (values.get(name) ?? []).map(decodedQueryValue);
      if (given.includes(undefined)) return false;
      if (isList) variables[name] = given as string[];
      else if (given.length > 0) variables[name] = given[0]!;
    }
    return true;
  }

  private variable(text: string): QueryVariable {
    if (!VARIABLE.test(text)) throw new TypeError(`"${text}" is not the name of a variable`);
    const isList = text.endsWith('*');
    return { name: isList ? text.slice(0, -1) : text, isList };
  }

  private addVariables(operator: string, variables: readonly QueryVariable[]): void {
    const prefix = operator === '+' ? '' : operator;
    const separator = operator === '/' || operator === '.' ? operator : ',';
    const mayHoldSlash = operator === '+' || operator === '#';
    for (const [index, { name, isList }] of variables.entries()) {
      const lead = index === 0 ? prefix : separator;
      // A list may be empty; its own separators are matched with it.
      if (lead !== '' && !isList) this.parts.push({ kind: 'text', text: lead, ignoresCase: false });
      this.parts.push({
        kind: 'variable',
        name,
        mayHoldSlash,
        excludes: variables.length > 1 && !isList ? separator : '',
        list: isList ? { lead, separator } : undefined,
      });
    }
  }

  /** @param at the position of the text in the template */
  private addText(text: string, at: number): void {
    if (/[{}]/.test(text)) throw new TypeError('a brace has no counterpart');
    if (this.query.length > 0 || (this.hasQuery && text.includes('?'))) {
      const [path = '', ...query] = this.query.length > 0 ? ['', text] : text.split('?');
      if (path !== '') this.addText(path, at);
      this.fixedQuery.push(...normalPercentEncoding(query.join('?')).split('&').filter(Boolean));
      return;
    }
    if (text === '') return;
    // Scheme and host are case-insensitive.
    const authority = this.template.indexOf('://') + 3;
    const slash = this.template.slice(authority).search(/\{?\//);
    const hostEnd = authority < 3 ? this.template.indexOf(':') : slash < 0 ? Infinity : authority + slash;
    const length = Math.max(0, Math.min(text.length, hostEnd - at));
    for (const [part, ignoresCase] of [
      [text.slice(0, length), true],
      [text.slice(length), false],
    ] as const)
      if (part !== '') this.parts.push({ kind: 'text', text: normalPercentEncoding(part), ignoresCase });
  }
}

const ENCODED_SLASH = /[/\\]|%2F|%5C|%00/i;

/** The value of a variable, decoded once; undefined for text that it must not match. */
function decodedValue({ mayHoldSlash, list }: TemplateVariable, text: string): string | string[] | undefined {
  if (!list) return decodedText(text, mayHoldSlash);
  if (text === '') return [];
  const elements = text
    .slice(list.lead.length)
    .split(list.separator)
    .map((element) => decodedText(element, mayHoldSlash));
  return elements.includes(undefined) ? undefined : (elements as string[]);
}

/** The value of a query parameter, which may contain anything but NUL. */
function decodedQueryValue(text: string): string | undefined {
  const value = decode(text) ?? text;
  return value.includes('\0') ? undefined : value;
}

function decodedText(text: string, mayHoldSlash: boolean): string | undefined {
  const decoded = decode(text);
  const value = decoded ?? text;
  const holdsSlash = decoded === undefined ? ENCODED_SLASH.test(text) : /[/\\]/.test(decoded);
  if (holdsSlash && !mayHoldSlash) return undefined;
  // A template never matches a path that leads out of its folder.
  return value.includes('\0') || value.split(/[/\\]/).includes('..') ? undefined : value;
}

/** Undefined for bytes that are not UTF-8; the value is the encoded text then. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

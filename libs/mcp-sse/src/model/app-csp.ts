import type { McpAppCsp } from './app-ui.js';
import { McpConfigurationError } from './errors/mcp-configuration.error.js';
import { assertMembers } from './known-members.js';

/** A source expression of a Content Security Policy: nothing in it can end the directive that it is put in. */
const ORIGIN =
  /^(https?|wss?):\/\/(\*\.)?[a-z\d]([a-z\d-]*[a-z\d])?(\.[a-z\d]([a-z\d-]*[a-z\d])?)*(:\d{1,5})?$/i;
const DIRECTIVES = ['connectDomains', 'resourceDomains', 'frameDomains', 'baseUriDomains'];

/**
 * @param csp as declared, of any shape
 * @throws {McpConfigurationError} for anything but lists of origins
 */
export function appCsp(csp: unknown, where: string): McpAppCsp | undefined {
  assertMembers(csp, 'csp', DIRECTIVES, where);
  for (const [directive, origins] of Object.entries(csp ?? {})) assertOrigins(origins, directive, where);
  return csp as McpAppCsp | undefined;
}

function assertOrigins(origins: unknown, directive: string, where: string): void {
  if (!Array.isArray(origins))
    throw new McpConfigurationError(`${where}: "csp.${directive}" must be an array of origins.`);
  const wrong: unknown = origins.find((origin) => typeof origin !== 'string' || !ORIGIN.test(origin));
  if (wrong !== undefined)
    throw new McpConfigurationError(
      `${where}: "csp.${directive}" has ${JSON.stringify(wrong)}, but it takes origins only, such as ` +
        '"https://api.example.com", "https://*.example.com" or "http://localhost:5173": no path, no keyword such as ' +
        "'unsafe-eval', no quotes.",
    );
}

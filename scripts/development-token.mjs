import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import jwt from 'jsonwebtoken';

/**
 * Prints a token for the reference application with MCP_AUTH=jwt. Reads MCP_JWT_SECRET from the environment or .env:
 *
 *   npm run --silent token -- --subject ada --role editor --tenant acme --hours 8
 *
 * It replaces an authorization server during development, so it does not run with NODE_ENV=production.
 */
const { values } = parseArgs({
  options: {
    subject: { type: 'string', default: 'developer' },
    role: { type: 'string', multiple: true, default: ['editor'] },
    tenant: { type: 'string' },
    hours: { type: 'string', default: '1' },
  },
});

if (existsSync('.env')) process.loadEnvFile('.env');
const { NODE_ENV, MCP_JWT_SECRET, MCP_JWT_ISSUER, MCP_JWT_AUDIENCE, MCP_JWT_TENANT_CLAIM } = process.env;
const hours = Number(values.hours);

if (NODE_ENV === 'production') fail('An authorization server issues tokens in production. Unset NODE_ENV.');
if (!MCP_JWT_SECRET)
  fail('Set MCP_JWT_SECRET, in .env for instance, to the secret that the application has.');
if (!(hours > 0)) fail('--hours must be a number above 0.');

const claims = {
  roles: values.role,
  ...(values.tenant && { [MCP_JWT_TENANT_CLAIM || 'tenant']: values.tenant }),
  ...(MCP_JWT_ISSUER && { iss: MCP_JWT_ISSUER }),
  ...(MCP_JWT_AUDIENCE && { aud: MCP_JWT_AUDIENCE.split(',')[0].trim() }),
};
const expiry = { subject: values.subject, expiresIn: Math.round(hours * 3_600) };
process.stdout.write(`${jwt.sign(claims, MCP_JWT_SECRET, { algorithm: 'HS256', ...expiry })}\n`);

/**
 * @param {string} sentence
 * @returns {never}
 */
function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

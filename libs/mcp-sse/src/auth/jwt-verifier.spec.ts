import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { resolveJwt } from '../mcp-sse.defaults.js';
import { JwtVerifier } from './jwt-verifier.js';

const secretOrKey = 'a secret of at least thirty-two bytes';
const EXPIRY = { expiresIn: '1h' } as const;

describe('JwtVerifier', () => {
  it('gives each request claims of its own, also of a token that it knows', async () => {
    const verifier = new JwtVerifier(resolveJwt({ secretOrKey }));
    const token = jwt.sign({ sub: 'ada', roles: ['clerk'] }, secretOrKey, EXPIRY);
    const payload = await verifier.verify(token);
    (payload['roles'] as string[]).push('manager');
    for (let again = 0; again < 2; again++)
      expect(await verifier.verify(token)).toMatchObject({ sub: 'ada', roles: ['clerk'] });
  });

  it.each([
    ['in the past', { sub: 'ada', exp: 1 }, { code: 'ERR_JWT_EXPIRED', claim: 'exp' }],
    ['of nobody', { exp: 9e9 }, { cause: 'the subject (sub) of its token is missing' }],
    ['for ever', { sub: 'ada' }, { cause: expect.stringContaining('requireExpiry') }],
    ['for others', { sub: 'ada', aud: 'b' }, { code: 'ERR_JWT_CLAIM_VALIDATION_FAILED', claim: 'aud' }],
  ])('says what is wrong with a token %s', async (_, claims, cause) => {
    const audience = 'aud' in claims ? 'a' : undefined;
    const verifier = new JwtVerifier(resolveJwt({ secretOrKey, audience }));
    await expect(verifier.verify(jwt.sign(claims, secretOrKey))).rejects.toMatchObject(cause);
  });

  it('refuses to start with an RSA key that is too short', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const options = resolveJwt({ secretOrKey: pem, algorithms: ['RS256'] });
    expect(() => new JwtVerifier(options)).toThrow(/RSA key of 1024 bits. Use one of 2048 or more/);
  });

  it('verifies with a public key whatever key id a token names', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    const verifier = new JwtVerifier(resolveJwt({ secretOrKey: pem, algorithms: ['ES256'] }));
    const token = jwt.sign({ sub: 'ada' }, privateKey, { algorithm: 'ES256', keyid: 'any', ...EXPIRY });
    expect((await verifier.verify(token)).sub).toBe('ada');
  });
});

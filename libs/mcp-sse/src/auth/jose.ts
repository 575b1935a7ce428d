/**
 * What the library uses of jose. The CommonJS build bundles this file: jose is an ES module, which Jest cannot `require()`
 * before Node 24.9.
 */
export { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
export type {
  CryptoKey,
  JSONWebKeySet,
  JWK,
  JWTHeaderParameters,
  JWTPayload,
  JWTVerifyOptions,
  ProtectedHeaderParameters,
} from 'jose';

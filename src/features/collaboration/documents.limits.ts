/** Characters of one document. */
export const MAX_LENGTH = 100_000;
/** Documents of one tenant. */
export const MAX_DOCUMENTS = 50;
/** Characters of all documents of all tenants. */
export const MAX_TOTAL_LENGTH = 20_000_000;
/** Tenants that have or had documents. */
export const MAX_TENANTS = 1_000;

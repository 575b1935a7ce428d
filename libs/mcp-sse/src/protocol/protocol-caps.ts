/** Characters of a request id or progress token. Messages repeat both, and a session keeps both. */
export const MAX_ID_LENGTH = 1_024;

/** What `clientInfo` and `capabilities` may weigh together in bytes, see `jsonWeight()`. Every session keeps both. */
export const MAX_CLIENT_WEIGHT = 16 * 1024;

/** Characters that handlers and the log are told of a client's reason to cancel. */
export const MAX_REASON_LENGTH = 1_024;

import type { RequestId } from '@modelcontextprotocol/sdk/types.js';

/**
 * Takes a message to the client.
 *
 * @param json of the message
 * @param relatesTo the client's request that it belongs to: its answer, its progress, a request made for it
 * @param isAnswer whether it is the answer, after which nothing relates to that request any more
 */
export type SendMessage = (json: string, relatesTo?: RequestId, isAnswer?: boolean) => void;

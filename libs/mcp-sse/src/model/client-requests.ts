import type {
  CreateMessageRequestParams,
  CreateMessageRequestParamsBase,
  CreateMessageResult,
  CreateMessageResultWithTools,
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
  Root,
} from '@modelcontextprotocol/sdk/types.js';

/** Options of a request to the client. */
export interface ClientRequestOptions {
  /**
   * Milliseconds to wait for the answer before the request is cancelled, by default `limits.clientRequestMs`. Without a
   * session nobody waits, and `input.ttlMs` applies.
   */
  timeoutMs?: number;
  /**
   * Names the question on the wire of revision 2026-07-28, and tells it from others with the same text. Unique within a
   * call. By default questions are numbered.
   */
  key?: string;
}

/**
 * Questions that a handler can ask its client. Each rejects with an `McpClientError` when the client lacks the
 * capability, and with a `TypeError` when its parameters are invalid.
 *
 * In a session the handler waits. It gets an `McpClientError` when the client answers with an error or an invalid result,
 * or not in time. Without a session (`era` is `modern`) a question without an answer rejects with
 * `McpInputRequiredException`, and the handler runs again from its start once the client has answered.
 */
export interface ClientRequests {
  /** Asks the client's model for a message (`sampling/createMessage`). */
  sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  /** With tools, the message may have several blocks, including uses of these tools. */
  sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;

  /**
   * Asks the user to fill in a form or to visit a page (`elicitation/create`). The content of an accepted form matches its
   * `requestedSchema`.
   */
  elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult>;

  /** Asks for the folders and files that servers may work on (`roots/list`). */
  listRoots(options?: ClientRequestOptions): Promise<Root[]>;
}

/**
 * Creates a check for the content of a form.
 *
 * @returns a function that describes what is wrong with the content, field by field; undefined if it is valid
 * @throws {TypeError} when the protocol has no such forms
 * @throws {Error} when the form's schema is not a JSON Schema
 */
export type FormCheck = (
  form: ElicitRequestFormParams['requestedSchema'],
) => (content: unknown) => string | undefined;

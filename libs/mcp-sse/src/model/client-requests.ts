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
  /** Milliseconds to wait for the answer, then the request is cancelled. `limits.clientRequestMs` by default. */
  timeoutMs?: number;
}

/**
 * Requests that a handler can send to its client. Each rejects with a `McpClientError` when the client has not declared
 * the capability, answers with an error or an invalid result, or does not answer in time. Each rejects with a
 * `TypeError`, and sends nothing, when its parameters are invalid.
 */
export interface ClientRequests {
  /** Asks the client's model for a message (`sampling/createMessage`). */
  sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  /** If tools are given, the message may have several blocks, among them uses of these tools. */
  sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;

  /**
   * Asks the user to fill in a form or to visit a page (`elicitation/create`). The content of an accepted form fits its
   * `requestedSchema`.
   */
  elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult>;

  /** Asks for the folders and files that the client lets servers work on (`roots/list`). */
  listRoots(options?: ClientRequestOptions): Promise<Root[]>;
}

/**
 * Makes a check for the content of a form.
 *
 * @returns a function that says what is wrong with the content, field by field, or returns undefined if it is valid
 * @throws {Error} when the form's schema is not a JSON Schema
 */
export type FormCheck = (
  form: ElicitRequestFormParams['requestedSchema'],
) => (content: unknown) => string | undefined;

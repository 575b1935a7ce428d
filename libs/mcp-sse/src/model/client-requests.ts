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
  /** Milliseconds to wait for the answer before the request is cancelled. `limits.clientRequestMs` by default. */
  timeoutMs?: number;
  /**
   * Names the question on the wire of the stateless revision, and tells it from others with the same text. Unique within
   * a call. By default it is numbered.
   */
  key?: string;
}

/**
 * Requests that a handler can send to its client. Each rejects with an `McpClientError` when the client lacks the
 * capability, answers with an error or an invalid result, or does not answer in time. With invalid parameters it sends
 * nothing and rejects with a `TypeError`.
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
 * @throws {Error} when the form's schema is not a JSON Schema
 */
export type FormCheck = (
  form: ElicitRequestFormParams['requestedSchema'],
) => (content: unknown) => string | undefined;

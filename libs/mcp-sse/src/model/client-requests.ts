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

/** How long to wait for the client; a request that is given up is cancelled on its side too. */
export interface ClientRequestOptions {
  /** Milliseconds; `limits.clientRequestMs` unless given. */
  timeoutMs?: number;
}

/**
 * What a handler can ask of its client. Each rejects with a `McpClientError` when the client has not declared
 * the capability, answers with an error or with what was not asked for, or does not answer in time; and with a
 * `TypeError`, without having asked, when the parameters are not those of the protocol.
 */
export interface ClientRequests {
  /** Has the client's model write a message (`sampling/createMessage`). */
  sample(
    params: CreateMessageRequestParamsBase,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult>;
  /** With tools the message may be several blocks, uses of them among these. */
  sample(
    params: CreateMessageRequestParams,
    options?: ClientRequestOptions,
  ): Promise<CreateMessageResult | CreateMessageResultWithTools>;

  /**
   * Asks the user, by a form or by a page to visit (`elicitation/create`). What is filled into the form and
   * accepted fits its `requestedSchema`.
   */
  elicit(
    params: ElicitRequestFormParams | ElicitRequestURLParams,
    options?: ClientRequestOptions,
  ): Promise<ElicitResult>;

  /** The folders and files that the client lets servers work on (`roots/list`). */
  listRoots(options?: ClientRequestOptions): Promise<Root[]>;
}

/**
 * Makes the check of what users fill into a form.
 *
 * @returns says what is wrong with an answer, field by field, or undefined when it fits
 * @throws {Error} when the form's schema is no JSON Schema
 */
export type FormCheck = (
  form: ElicitRequestFormParams['requestedSchema'],
) => (content: unknown) => string | undefined;

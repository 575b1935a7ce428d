/** What the requests of both adapters have. */
export interface HttpRequest {
  readonly query: Readonly<Record<string, unknown>>;
  readonly params: Readonly<Record<string, string>>;
}

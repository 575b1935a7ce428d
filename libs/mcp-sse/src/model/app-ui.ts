/** Origins that an app may reach, such as `https://api.example.com` or `https://*.example.com`. None unless given. */
export interface McpAppCsp {
  /** For fetch, XMLHttpRequest and WebSocket. */
  readonly connectDomains?: readonly string[];
  /** For scripts, styles, images, fonts and media. */
  readonly resourceDomains?: readonly string[];
  /** For frames inside the app. */
  readonly frameDomains?: readonly string[];
  /** For the document's `<base>`. */
  readonly baseUriDomains?: readonly string[];
}

/** What an app asks of the client that shows it. Clients need not grant it. */
export interface McpAppUi {
  readonly csp?: McpAppCsp;
  /** Features of the browser, such as `{ clipboardWrite: {} }`. */
  readonly permissions?: {
    readonly camera?: object;
    readonly microphone?: object;
    readonly geolocation?: object;
    readonly clipboardWrite?: object;
  };
  /** The origin to show the app at. Its form depends on the client. */
  readonly domain?: string;
  /** Whether the client draws a border and a background. Without it, the client decides. */
  readonly prefersBorder?: boolean;
}

/** How a tool takes part in apps. */
export interface McpToolUi {
  /** Of the app that shows the results. */
  readonly resourceUri?: string;
  /** Who may call the tool; model and app unless given. */
  readonly visibility?: readonly ('model' | 'app')[];
}

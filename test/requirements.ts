import type { Requirement } from './requirements/requirement.js';
import { AUTHORIZATION } from './requirements/authorization.js';
import { CANCELLATION } from './requirements/cancellation.js';
import { COMPLETION } from './requirements/completion.js';
import { ELICITATION_SECURITY } from './requirements/elicitation-security.js';
import { ELICITATION } from './requirements/elicitation.js';
import { HTTP_SSE } from './requirements/http-sse.js';
import { LIFECYCLE } from './requirements/lifecycle.js';
import { LOGGING } from './requirements/logging.js';
import { MODERN_BASE } from './requirements/modern/base.js';
import { MODERN_DISCOVER } from './requirements/modern/discover.js';
import { MODERN_MRTR } from './requirements/modern/mrtr.js';
import { MODERN_CANCELLATION, MODERN_PROGRESS } from './requirements/modern/patterns.js';
import { MODERN_PROMPTS } from './requirements/modern/prompts.js';
import { MODERN_RESOURCES } from './requirements/modern/resources.js';
import { MODERN_STDIO } from './requirements/modern/stdio.js';
import { MODERN_HTTP_HEADERS } from './requirements/modern/streamable-http-headers.js';
import { MODERN_HTTP } from './requirements/modern/streamable-http.js';
import { MODERN_SUBSCRIPTIONS } from './requirements/modern/subscriptions.js';
import { MODERN_TOOLS } from './requirements/modern/tools.js';
import {
  MODERN_CACHING,
  MODERN_COMPLETION,
  MODERN_LOGGING,
  MODERN_PAGINATION,
} from './requirements/modern/utilities.js';
import { MODERN_VERSIONING } from './requirements/modern/versioning.js';
import { PAGINATION } from './requirements/pagination.js';
import { PING } from './requirements/ping.js';
import { PROGRESS } from './requirements/progress.js';
import { PROMPTS } from './requirements/prompts.js';
import { RESOURCES } from './requirements/resources.js';
import { ROOTS } from './requirements/roots.js';
import { SAMPLING } from './requirements/sampling.js';
import { STREAMABLE_HTTP_SESSIONS } from './requirements/streamable-http-sessions.js';
import { STREAMABLE_HTTP } from './requirements/streamable-http.js';
import { TOOLS } from './requirements/tools.js';
import { TRANSPORTS } from './requirements/transports.js';

/** The specification's requirements for servers, page by page, with the test that pins each. */
export const REQUIREMENTS: readonly Requirement[] = [
  ...HTTP_SSE,
  ...TRANSPORTS,
  ...STREAMABLE_HTTP,
  ...STREAMABLE_HTTP_SESSIONS,
  ...AUTHORIZATION,
  ...LIFECYCLE,
  ...CANCELLATION,
  ...PROGRESS,
  ...PING,
  ...TOOLS,
  ...RESOURCES,
  ...PROMPTS,
  ...COMPLETION,
  ...LOGGING,
  ...PAGINATION,
  ...SAMPLING,
  ...ELICITATION,
  ...ELICITATION_SECURITY,
  ...ROOTS,
  ...MODERN_BASE,
  ...MODERN_VERSIONING,
  ...MODERN_DISCOVER,
  ...MODERN_HTTP,
  ...MODERN_HTTP_HEADERS,
  ...MODERN_STDIO,
  ...MODERN_MRTR,
  ...MODERN_SUBSCRIPTIONS,
  ...MODERN_CANCELLATION,
  ...MODERN_PROGRESS,
  ...MODERN_TOOLS,
  ...MODERN_RESOURCES,
  ...MODERN_PROMPTS,
  ...MODERN_CACHING,
  ...MODERN_LOGGING,
  ...MODERN_PAGINATION,
  ...MODERN_COMPLETION,
];

import type { Page } from 'playwright-core';

/** The look of a picture: light and dark on a desktop, and light on a phone. */
export type Look = 'light' | 'dark' | 'phone';

/**
 * A page of the reference application as the documentation shows it. Each file in `shots/` exports one by default, and
 * its name is that of the pictures: `shots/console-tool.ts` makes `docs/images/console-tool-light.png`.
 */
export interface Shot {
  /** Path of the page, such as `/console/`. */
  readonly path: string;
  readonly looks: readonly Look[];
  /** Environment variables of the application, which starts anew for each picture. */
  readonly env?: Readonly<Record<string, string>>;
  /** Height of the picture in pixels. The width is 1180 on a desktop and 375 on a phone. */
  readonly height: number;
  /** Brings the page to what the picture shows. @param url of the application, for clients besides the page */
  arrange(page: Page, url: string): Promise<void>;
}

export interface StreamedItem {
  /** From 1. */
  number: number;
  text: string;
  /** ISO 8601. */
  at: string;
}

export interface StreamedItems {
  source: string;
  items: StreamedItem[];
}

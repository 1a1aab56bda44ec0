/** Our name for a later page of one read; the bank's own token stays here. */
export interface PageCursor {
  readonly readId: string;
  /** 2 for the second page. */
  readonly page: number;
}

export function formatCursor({ readId, page }: PageCursor): string {
  return `${readId}.${page}`;
}

/** Undefined for what we never gave out. */
export function parseCursor(text: string): PageCursor | undefined {
  const match = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.([1-9]\d{0,3})$/.exec(text);
  if (match === null) return undefined;
  return { readId: String(match[1]), page: Number(match[2]) };
}

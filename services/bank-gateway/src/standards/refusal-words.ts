/** A word of the bank that may stand in logs and answers: letters, figures and little else, and not long. */
export function word(text: string): string {
  return text.replaceAll(/[^\w.:-]/g, "_").slice(0, 80);
}

/** Seconds to wait: a bank that names none, a date, or ten years gets a sensible figure (BR-60). */
export function retryAfter(header: string | undefined): number {
  const fallback = 60;
  if (header === undefined || !/^\d{1,9}$/.test(header.trim())) return fallback;
  return Math.min(Math.max(Number(header.trim()), 1), 24 * 3600);
}

import { categoryIds, type CategoryId } from "../../ui/category-ids.ts";

/** What the insights page shows, as the address bar holds it. */
export interface InsightsSearch {
  /** The month whose spending is broken down, `2026-11`. */
  readonly month?: string;
  /** The category that is opened up. */
  readonly category?: CategoryId;
  /** How far back balances go. */
  readonly span?: "3m" | "1y" | "2y";
}

export function decodeInsightsSearch(raw: Readonly<Record<string, unknown>>): InsightsSearch {
  const month = raw["month"];
  const category = categoryIds.find((id) => id === raw["category"]);
  const span = raw["span"];
  return {
    ...(typeof month === "string" && /^\d{4}-(0[1-9]|1[0-2])$/.test(month) ? { month } : {}),
    ...(category === undefined ? {} : { category }),
    ...(span === "3m" || span === "2y" || span === "1y" ? { span } : {}),
  };
}

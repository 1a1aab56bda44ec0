/** How pressing it is that a certificate ends. Renewal begins by itself 30 days before. */
export type Urgency = "ended" | "urgent" | "soon" | "fine";

const urgentDays = 7;
const soonDays = 30;

export function urgencyOf(daysLeft: number): Urgency {
  if (daysLeft < 0) return "ended";
  return daysLeft <= urgentDays ? "urgent" : daysLeft <= soonDays ? "soon" : "fine";
}

import type { PaymentSchedule } from "@opl/contracts/model";

/**
 * The days on which the executions are due, none before `day`. Months are counted from the first day, so that a short month does
 * not move the ones behind it: 31 January, 28 February, 31 March.
 */
export function dueDates({ firstDate, every, count }: PaymentSchedule, day: Temporal.PlainDate): readonly Temporal.PlainDate[] {
  const first = firstDate === null ? day : later(Temporal.PlainDate.from(firstDate), day);
  return Array.from({ length: count }, (_, index) => first.add(every === "month" ? { months: index } : { weeks: index }));
}

function later(a: Temporal.PlainDate, b: Temporal.PlainDate): Temporal.PlainDate {
  return Temporal.PlainDate.compare(a, b) >= 0 ? a : b;
}

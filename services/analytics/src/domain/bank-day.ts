/** The calendar day of a bank's point in time, in the zone the banks keep their books in. Booking dates are days already and never pass here. */
export function bankDay(instant: Temporal.Instant, timeZone: string): string {
  return instant.toZonedDateTimeISO(timeZone).toPlainDate().toString();
}

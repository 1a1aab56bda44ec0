import { errors } from "../../errors.ts";

/** The last row of a page: the next one begins behind it. */
export interface ListPlace {
  readonly pending: boolean;
  readonly bookingDate: string;
  readonly transactionId: string;
}

const pattern = /^([01])\.(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

export function writeCursor({ pending, bookingDate, transactionId }: ListPlace): string {
  return Buffer.from(`${pending ? 1 : 0}.${bookingDate}.${transactionId}`).toString("base64url");
}

/** @throws ERR_ANALYTICS_CURSOR_INVALID */
export function readCursor(cursor: string): ListPlace {
  const [, pending, bookingDate, transactionId] = pattern.exec(Buffer.from(cursor, "base64url").toString("latin1")) ?? [];
  if (pending === undefined || bookingDate === undefined || transactionId === undefined || !isDay(bookingDate)) throw errors.ERR_ANALYTICS_CURSOR_INVALID();
  return { pending: pending === "1", bookingDate, transactionId };
}

function isDay(text: string): boolean {
  try {
    return Temporal.PlainDate.from(text).year > 0;
  } catch {
    return false;
  }
}

import type { Envelope } from "@opl/contracts/events";
import type { LiveEvent } from "@opl/contracts/http/bff";

/** What an open page learns of a fact: which one and about what, never a figure, name or text. */
export function liveEventOf({ type, time, data }: Envelope): LiveEvent {
  const fields = typeof data === "object" && data !== null ? (data as Readonly<Record<string, unknown>>) : {};
  const text = (name: string): string | null => {
    const value = fields[name];
    return typeof value === "string" ? value : null;
  };
  const recorded = fields["recorded"];
  return {
    type,
    at: time,
    consentId: text("consentId"),
    accountId: text("accountId"),
    syncId: text("syncId"),
    paymentOrderId: text("paymentOrderId"),
    aspspId: text("aspspId"),
    count: Array.isArray(recorded) ? recorded.length : null,
  };
}

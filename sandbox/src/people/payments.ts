import type { Day } from "./household.ts";
import { bicOf, finnishIban } from "./identifiers.ts";

/** The ways money moves in a household, each with the bank's own words for it. */

export interface Payee {
  readonly name: string;
  /** First digit of its account number; 1 and 2 are one foreign bank, 8 another, 5 this one. */
  readonly bank?: "1" | "5" | "8";
  readonly address?: readonly string[];
}

/** A purchase by debit card: booked on the next banking day or the one after. */
export function payByCard(day: Day, slot: string, { shop, minor, archiveId }: { shop: string; minor: bigint; archiveId?: string }): void {
  const random = day.random(`card details ${slot} ${shop} ${minor.toString()}`);
  day.post(slot, {
    minor: -minor,
    description: "PKORTTIMAKSU",
    recipient: { name: shop },
    message: `OSTOPVM ${day.date.toString().slice(2).replaceAll("-", "")} KORTTI ************${slot === "current" ? "1881" : "2774"}`,
    // Small terminals often send no archive id.
    ...(archiveId === undefined ? (random.chance(0.05) ? { archiveId: "none" } : {}) : { archiveId }),
    ...(random.chance(0.2) ? { reference: null } : {}),
    bookedAfterDays: random.int(1, 2),
  });
}

/** A bill with a payment reference, paid by electronic invoice. */
export function payInvoice(day: Day, slot: string, { payee, minor, reference }: { payee: Payee; minor: bigint; reference: string }): void {
  const identifier = finnishIban(payee.name, payee.bank ?? "1");
  const recipient = { name: payee.name, identifier, servicer: bicOf(identifier), ...(payee.address === undefined ? {} : { address: payee.address }) };
  day.post(slot, { minor: -minor, description: "E-LASKU", recipient, reference });
}

/** A transfer to somebody, with a free text instead of a reference. */
export function transferOut(
  day: Day,
  slot: string,
  { payee, minor, message, archiveId }: { payee: Payee & { iban?: string }; minor: bigint; message: string; archiveId?: string },
): void {
  const identifier = payee.iban ?? finnishIban(payee.name, payee.bank ?? "8");
  const recipient = { name: payee.name, identifier, servicer: bicOf(identifier) };
  day.post(slot, { minor: -minor, description: "TILISIIRTO", recipient, message, ...(archiveId === undefined ? {} : { archiveId }) });
}

/** Money that comes in. The bank tells only the payer's name. */
export function receive(
  day: Day,
  slot: string,
  {
    payer,
    minor,
    description = "TILISIIRTO",
    message,
    reference,
  }: { payer: string; minor: bigint; description?: string; message?: string; reference?: string },
): void {
  day.post(slot, { minor, description, payer, ...(message === undefined ? {} : { message }), ...(reference === undefined ? {} : { reference }) });
}

/** Money moved between two accounts of the same household: two bookings that belong together. */
export function moveBetween(
  day: Day,
  { from, to, owner, minor, message, archiveId }: { from: string; to: string; owner: string; minor: bigint; message: string; archiveId?: string },
): void {
  transferOut(day, from, { payee: { name: owner, iban: day.iban(to) }, minor, message, ...(archiveId === undefined ? {} : { archiveId }) });
  receive(day, to, { payer: owner, minor, message });
}

/** So many hundredths of a percent of an amount, rounded half away from zero. */
export function portion(minor: bigint, basisPoints: bigint): bigint {
  const product = minor * basisPoints;
  const half = product < 0n ? -5000n : 5000n;
  return (product + half) / 10_000n;
}

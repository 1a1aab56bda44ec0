import { z } from "zod";
import { amountWire } from "./amount.ts";
import { rawReference } from "./account.ts";
import { isoInstant } from "./ids.ts";

/** The balance types of the Berlin Group, as written there. */
export const balanceType = z.enum(["closingBooked", "openingBooked", "interimBooked", "interimAvailable", "expected", "forwardAvailable"]);
export type BalanceType = z.infer<typeof balanceType>;

export const aspspBalance = z.object({ type: balanceType, amount: amountWire, asOf: isoInstant, raw: rawReference });
export type AspspBalance = z.infer<typeof aspspBalance>;

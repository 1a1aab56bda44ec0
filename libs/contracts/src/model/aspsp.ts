import { z } from "zod";
import { aspspId, isoInstant } from "./ids.ts";
import { paymentScheme } from "./payment.ts";
import { registrationScheme } from "./registration.ts";

export const capability = z.enum(["registration", "consents", "accounts", "balances", "transactions", "cards", "payments", "funds"]);
export const aspspHealthStatus = z.enum(["up", "degraded", "down"]);

/** A bank of the directory; capabilities are the facets its adapter has. */
export const aspsp = z.object({
  aspspId,
  name: z.string(),
  bic: z.string().nullable(),
  countries: z.array(z.string().length(2)),
  environment: z.enum(["sandbox", "production"]),
  scaApproach: z.enum(["redirect", "oauth", "decoupled"]),
  capabilities: z.array(capability),
  /** Which kinds of payment it takes; absent where it takes none. */
  paymentSchemes: z.array(paymentScheme).optional(),
  /** How we get registered there; null where we cannot. */
  registrationScheme: registrationScheme.nullable(),
  /** How far back the bank gives transactions, in days. */
  historyDays: z.int(),
  /** The longest consent the bank grants, in days. */
  consentMaxDays: z.int(),
  /** So many days after a yes the person has to confirm it here, without the bank (UK); absent where the bank itself asks again. */
  reconfirmDays: z.int().optional(),
  /** False until our registration there is complete: nobody can connect yet. */
  registered: z.boolean(),
  health: z.object({ status: aspspHealthStatus, since: isoInstant.nullable() }),
});
export type Aspsp = z.infer<typeof aspsp>;

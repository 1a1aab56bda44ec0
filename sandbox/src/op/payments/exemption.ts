import { z } from "zod";
import { epochSeconds } from "../../clock.ts";
import type { Authorization } from "../authorization.ts";
import type { Bank } from "../bank.ts";
import type { Client } from "../clients.ts";
import { tokenError } from "../refusal.ts";
import { audienceFits } from "../request-object.ts";
import { verifyTppJws } from "../tpp-jws.ts";

const assertionSchema = z.object({
  iss: z.string(),
  client_id: z.string(),
  aud: z.union([z.string(), z.array(z.string())]).transform((value) => (typeof value === "string" ? [value] : value)),
  scope: z.literal("payments"),
  response_type: z.literal("token"),
  state: z.string().min(1).max(1000),
  nonce: z.string().min(1).max(1000),
  exp: z.number().optional(),
  claims: z.object({
    id_token: z.object({
      authorizationId: z.object({ value: z.string() }),
      acr: z.object({ value: z.string().optional(), values: z.array(z.string()).optional() }),
    }),
  }),
});

const withoutStrongAuthentication = "urn:openbanking:psd2:ca";
/** What a person need not approve again, in cents of a whole bundle. The real bank decides as it likes. */
const exemptCents = 3_000n;

/**
 * The grant jwt-bearer: approves a small payment by an earlier approval of the same person, without asking anew. The
 * payment must have been made with that person's token.
 */
export async function approveByExemption(assertion: string, client: Client, bank: Bank): Promise<Authorization> {
  if (!client.roles.includes("PIS")) throw tokenError("invalid_scope", "The scope payments is not open to this client");
  const verified = await verifyTppJws(assertion, client.jwksEndpoint, bank);
  if (!verified.ok) throw tokenError("invalid_request", `assertion: ${verified.message}`);
  if (verified.isQwac) throw tokenError("invalid_request", "assertion: the key is not a QSealC");
  const parsed = assertionSchema.safeParse(verified.claims);
  if (!parsed.success) throw tokenError("invalid_request", `assertion: ${z.prettifyError(parsed.error)}`);
  const { iss, client_id: clientId, aud, exp, claims } = parsed.data;
  if (iss !== client.clientId || clientId !== client.clientId) throw tokenError("invalid_request", "iss and client_id of the assertion must be the client_id");
  if (!audienceFits(aud, bank)) throw tokenError("invalid_request", "aud of the assertion is not this bank");
  if (exp !== undefined && exp <= epochSeconds(bank.clock.now())) throw tokenError("invalid_request", "The assertion has expired");
  const { value, values = value === undefined ? [] : [value] } = claims.id_token.acr;
  if (values.some((each) => each !== withoutStrongAuthentication) || values.length === 0) {
    throw tokenError("invalid_request", `acr of the assertion must be ${withoutStrongAuthentication} only`);
  }
  const bundle = bank.authorizations.get(claims.id_token.authorizationId.value);
  if (bundle?.kind !== "payments" || bundle.clientId !== client.clientId) throw tokenError("invalid_request", "There is no such authorization of this client");
  const { psuId, accountId } = payerOf(bank, bundle);
  const approved = bank.authorizations.apply(bundle.authorizationId, { type: "approve", psuId, accountIds: [accountId], cardIds: [] });
  if (approved === undefined) throw tokenError("invalid_request", "The authorization is not pending");
  return approved;
}

/** Who pays and from where; refuses what needs the person. */
function payerOf(bank: Bank, bundle: Authorization): { psuId: string; accountId: string } {
  const payments = bank.payments.ofBundle(bundle.authorizationId);
  const [iban, ...others] = new Set(payments.map((each) => each.instruction.payerIban));
  const total = payments.reduce((sum, { instruction, count }) => sum + BigInt(instruction.cents) * BigInt(count), 0n);
  const holder = iban === undefined || others.length > 0 ? undefined : bank.people.holderOf(iban);
  if (bundle.exemptPsuId === undefined || holder?.psuId !== bundle.exemptPsuId || total > exemptCents) {
    throw tokenError("access_denied", "The person must approve this payment on the pages of the bank");
  }
  return { psuId: holder.psuId, accountId: holder.account.accountId };
}

import { consentReceiptType } from "@opl/contracts/model";
import type { ConsentReceipt, UnsignedReceipt } from "@opl/contracts/model";
import { signCompactJws } from "@opl/fapi";
import type { ConsentKind } from "../adapters/consent-kind.ts";
import { getConsent } from "../db/consent-store.ts";
import { getAsked } from "../db/registration-store.ts";
import { errors } from "../errors.ts";
import type { GatewayContext } from "./context.ts";
import { takeReceiptKey } from "./receipt-key.ts";

/** What a consent of each kind is for; a payment order has no receipts. */
const purposes: Readonly<Record<ConsentKind, UnsignedReceipt["purpose"] | undefined>> = {
  accounts: "account-information",
  funds: "funds-confirmation",
  payments: undefined,
};

/**
 * Signs a receipt about a consent that this gateway knows: the person's, at that bank, for that purpose. Adds what the gateway knows better, the bank's
 * name and as whom the bank knows us. @throws ERR_BANK_CONSENT_NOT_FOUND
 */
export async function signReceipt(
  ctx: Pick<GatewayContext, "db" | "vault" | "banks" | "clock">,
  { aspspId, ...told }: UnsignedReceipt,
): Promise<{ readonly jws: string; readonly kid: string }> {
  const consent = await getConsent(ctx.db, told.consentId, { psuId: told.person });
  const bank = ctx.banks.adapters.find(({ profile }) => profile.aspspId === aspspId);
  if (consent?.aspspId !== aspspId || purposes[consent.kind] !== told.purpose || bank === undefined) throw errors.ERR_BANK_CONSENT_NOT_FOUND();
  const asked = await getAsked(ctx.db, consent.registrationId);
  const receipt: ConsentReceipt = {
    version: 1,
    ...told,
    bank: { aspspId, name: bank.profile.name },
    provider: { name: asked?.terms.organisationName ?? null },
  };
  const signing = await takeReceiptKey(ctx);
  return { jws: await signCompactJws({ ...receipt }, { ...signing, typ: consentReceiptType }), kid: signing.kid };
}

import type { AmountWire } from "@opl/contracts/model";
import { isOplError } from "@opl/errors";
import type { PsuContext } from "@opl/service";
import { facetOf } from "../adapters/consent-kind.ts";
import type { AuthorizationReturn } from "../oauth/return-rules/rule.ts";
import { exchangeCode } from "./exchange-code.ts";
import { readAsPsu } from "./read-as-psu.ts";
import type { ReadContext, ReadRequest } from "./read-as-psu.ts";

/** No bank counts these. */
const count = async (): Promise<void> => undefined;

/** Exchanges the code and asks which account may be asked, where the person chose it at the bank. */
export async function exchangeFundsCode(ctx: ReadContext, consentId: string, aspspId: string, returned: AuthorizationReturn, psu: PsuContext) {
  const { authorisedAt, validUntil } = await exchangeCode(ctx, consentId, aspspId, returned, psu);
  const read: Parameters<typeof readAsPsu<string | null>>[2]["read"] = (adapter, calls, id) => facetOf(adapter, "funds").account(calls, id);
  const iban = await readAsPsu(ctx, { consentId, kind: "funds", psu }, { count, read }).catch((error: unknown) => {
    // The permission stands whether or not its account can be named.
    if (!isOplError(error)) throw error;
    ctx.logger.warn({ consentId, aspspId, code: error.code }, "the account of a confirmation of funds could not be read");
    return null;
  });
  return { authorisedAt, validUntil, iban };
}

/** Whether the account has this much now. */
export async function confirmFunds(ctx: ReadContext, request: ReadRequest, amount: AmountWire) {
  const fundsAvailable = await readAsPsu(
    ctx,
    { ...request, kind: "funds" },
    { count, read: (adapter, calls, aspspConsentId) => facetOf(adapter, "funds").confirm(calls, aspspConsentId, amount) },
  );
  return { fundsAvailable, confirmedAt: ctx.clock.now().toString() };
}

import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { loseConsent } from "../usecases/lose-consent.ts";

/** What a gateway from before `by` said where it was we who could not or would not go on; whatever else it said came from the bank. */
const ours: ReadonlySet<string> = new Set(["refresh-interrupted", "scope-changed", "tokens-refused", "id-token-refused"]);

/** The consent is gone: reflect it. */
export const onAspspConsentLost =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"bank-gateway.aspsp-consent-lost">>): Promise<void> => {
    const { psuId, consentId, code, by = ours.has(code) ? "tpp" : "aspsp" } = data;
    await loseConsent({ ...ctx, db: tx }, { psuId, consentId }, { by, code });
  };

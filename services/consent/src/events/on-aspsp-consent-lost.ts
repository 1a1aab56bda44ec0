import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { loseConsent } from "../usecases/lose-consent.ts";

/** The consent is gone: reflect it. Who does not say by whom is a gateway from before, which meant the bank. */
export const onAspspConsentLost =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"bank-gateway.aspsp-consent-lost">>): Promise<void> => {
    const { psuId, consentId, code, by = "aspsp" } = data;
    await loseConsent({ ...ctx, db: tx }, { psuId, consentId }, { by, code });
  };

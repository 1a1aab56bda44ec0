import type { Envelope, EventData } from "@opl/contracts/events";
import type { Transaction } from "kysely";
import type { ConsentContext } from "../context.ts";
import type { ConsentTables } from "../db/tables.ts";
import { loseConsent } from "../usecases/lose-consent.ts";

/** The bank says the consent is gone: reflect it. */
export const onAspspConsentLost =
  (ctx: Pick<ConsentContext, "clock">) =>
  async (tx: Transaction<ConsentTables>, { data }: Envelope<EventData<"bank-gateway.aspsp-consent-lost">>): Promise<void> => {
    await loseConsent({ ...ctx, db: tx }, { psuId: data.psuId, consentId: data.consentId }, data.code);
  };

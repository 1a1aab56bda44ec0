import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { signedInOf } from "../session/visitor.ts";
import { accountView, inDisplayOrder, withConsents } from "../views/account.ts";
import { bankNames } from "../views/bank-names.ts";
import { connectionView, listedConnections } from "../views/connection.ts";
import { orMissing, partOf, wholeOf } from "./parts.ts";
import type { Asking } from "./parts.ts";
import { withKeys } from "./receipt-keys.ts";

type Context = Pick<BffContext, "bankDirectory" | "clients" | "clock" | "keys">;

/** A person who comes back from the bank waits no longer for us to say that they are here. */
const attendedWithinMs = 400;

/** A bank's page and back: seconds, not milliseconds. The owners know how long they need. */
export function connectionRoutes(ctx: Context): readonly BoundRoute[] {
  const { clients, clock, keys } = ctx;
  return [
    psuRoute(contracts.startConnection, async ({ body, request, ...asking }) =>
      clients.consent.createConsent({
        ...wholeOf(asking),
        body: {
          aspspId: body.aspspId,
          validityDays: body.validityDays,
          sessionBinding: keys.sessionBinding(signedInOf(request).sessionId),
          ...(body.renews === undefined ? {} : { replaces: body.renews }),
          ...(body.loginHint === undefined ? {} : { loginHint: body.loginHint }),
        },
      }),
    ),
    psuRoute(contracts.finishConnection, async ({ body, request, ...asking }) => {
      const [result, bankName] = await Promise.all([
        clients.consent.completeAuthorisation({
          ...wholeOf(asking),
          body: { redirectContext: body.redirectContext, parameters: body.parameters, sessionBinding: keys.sessionBinding(signedInOf(request).sessionId) },
        }),
        bankNamesOf(ctx, asking),
      ]);
      const { outcome, about, aspspId } = result;
      // Lost, it costs one unattended read of the day: the fact of the consent begins the reading anyway.
      if (outcome === "authorised" && about.kind === "consent") {
        const { consentId } = about;
        const attended = clients.ingest.attendFirstSync({ ...partOf(asking), timeoutMs: attendedWithinMs, body: { consentId } });
        await orMissing(asking, "first reading", attended);
      }
      return { outcome, about, aspspId, aspspName: bankName(aspspId), reason: outcome === "failed" ? result.reason : null };
    }),
    psuRoute(contracts.listConnections, async (asking) => {
      const part = partOf(asking);
      const [consents, parts] = await Promise.all([orMissing(asking, "consents", clients.consent.listConsents(part)), askParts(ctx, asking)]);
      const missing = [...(consents === undefined ? ["consents" as const] : []), ...missingOf(parts)];
      return { connections: listedConnections(consents?.consents ?? [], parts, clock.now()), missing };
    }),
    psuRoute(contracts.getConnection, async ({ params, ...asking }) => {
      const [consent, parts] = await Promise.all([clients.consent.getConsent({ ...wholeOf(asking), params }), askParts(ctx, asking)]);
      const accounts = (parts.accounts ?? []).filter(({ consentId }) => consentId === consent.consentId);
      return {
        connection: connectionView(consent, parts, clock.now()),
        accounts: inDisplayOrder(withConsents(accounts, [consent]).map((account) => accountView(account, bankNames(parts.banks)))),
        missing: missingOf(parts),
      };
    }),
    psuRoute(contracts.refreshConnection, async ({ params, ...asking }) =>
      clients.ingest.startSync({ ...wholeOf(asking), body: { consentId: params.consentId } }),
    ),
    psuRoute(contracts.withdrawConnection, async ({ params, body, ...asking }) => {
      const { consentId, status } = await clients.consent.revokeConsent({ ...wholeOf(asking), params, body });
      return { consentId, status };
    }),
    psuRoute(contracts.reconfirmConnection, async ({ params, ...asking }) => {
      const { consentId, status, reconfirmBy } = await clients.consent.reconfirmConsent({ ...wholeOf(asking), params });
      return { consentId, status, reconfirmBy };
    }),
    psuRoute(contracts.getReceipts, async ({ params, ...asking }) => {
      const { receipts } = await clients.consent.listReceipts({ ...wholeOf(asking), params });
      return withKeys(clients, asking, receipts);
    }),
  ];
}

async function askParts({ bankDirectory, clients }: Pick<Context, "bankDirectory" | "clients">, asking: Asking) {
  const part = partOf(asking);
  const [accounts, syncs, banks] = await Promise.all([
    orMissing(asking, "accounts", clients.ingest.listAccounts(part)),
    orMissing(asking, "syncs", clients.ingest.listSyncs(part)),
    orMissing(asking, "banks", bankDirectory.list()),
  ]);
  return { accounts: accounts?.accounts, syncs: syncs?.syncs, banks };
}

type Parts = Awaited<ReturnType<typeof askParts>>;

function missingOf({ accounts, syncs, banks }: Parts): ("accounts" | "banks")[] {
  return [...(accounts === undefined || syncs === undefined ? ["accounts" as const] : []), ...(banks === undefined ? ["banks" as const] : [])];
}

async function bankNamesOf({ bankDirectory }: Pick<Context, "bankDirectory">, asking: Asking): Promise<(aspspId: string) => string> {
  const banks = await orMissing(asking, "banks", bankDirectory.list());
  return bankNames(banks);
}

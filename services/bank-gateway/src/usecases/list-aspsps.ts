import type { Aspsp } from "@opl/contracts/model";
import type { BankAdapter } from "../adapters/bank-adapter.ts";
import { listHealth } from "../db/health-store.ts";
import { registeredAspspIds } from "../db/registration-store.ts";
import type { GatewayContext } from "./context.ts";

/** The banks there are, with what each can do and how it is. */
export async function listAspsps({ db, banks }: Pick<GatewayContext, "db" | "banks">): Promise<Aspsp[]> {
  const [registered, health] = await Promise.all([registeredAspspIds(db), listHealth(db)]);
  return banks.adapters.map((adapter) => {
    const { aspspId, name, bic, countries, environment, scaApproach, historyDays, consentMaxDays, reconfirmDays } = adapter.profile;
    const known = health.find((each) => each.aspspId === aspspId);
    return {
      aspspId,
      name,
      bic: bic ?? null,
      countries: [...countries],
      environment,
      scaApproach,
      capabilities: capabilitiesOf(adapter),
      ...(adapter.payments === undefined ? {} : { paymentSchemes: [...adapter.payments.schemes] }),
      registrationScheme: adapter.registration?.name ?? null,
      historyDays,
      consentMaxDays,
      ...(reconfirmDays === undefined ? {} : { reconfirmDays }),
      registered: registered.has(aspspId),
      health: { status: known?.status ?? "up", since: known?.since.toString() ?? null },
    };
  });
}

const facets = ["registration", "consents", "accounts", "balances", "cards", "transactions", "payments", "funds"] as const;

/** Having a facet is having the capability. */
function capabilitiesOf(adapter: BankAdapter): Aspsp["capabilities"] {
  return facets.filter((facet) => adapter[facet] !== undefined);
}

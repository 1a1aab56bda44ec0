import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { accountRoutes } from "./accounts.ts";
import { authRoutes } from "./auth.ts";
import { bankRoutes } from "./banks.ts";
import { connectionRoutes } from "./connections.ts";
import { exportRoutes } from "./exports.ts";
import { insightRoutes } from "./insights.ts";
import { meRoutes } from "./me.ts";
import { operatorBankRoutes } from "./operator-banks.ts";
import { operatorCertificateRoutes } from "./operator-certificates.ts";
import { operatorPlanRoutes } from "./operator-plan.ts";
import { operatorQuarantineRoutes } from "./operator-quarantines.ts";
import { overviewRoutes } from "./overview.ts";
import { sessionRoutes } from "./sessions.ts";
import { paymentRoutes } from "./payments.ts";
import { transactionRoutes } from "./transactions.ts";
import { waysInRoutes } from "./ways-in.ts";

/** Every route that answers in JSON. */
export function routes(ctx: BffContext): readonly BoundRoute[] {
  return [
    ...authRoutes(ctx),
    ...meRoutes(ctx),
    ...waysInRoutes(ctx),
    ...sessionRoutes(ctx),
    ...exportRoutes(ctx),
    ...overviewRoutes(ctx),
    ...bankRoutes(ctx),
    ...connectionRoutes(ctx),
    ...accountRoutes(ctx),
    ...transactionRoutes(ctx),
    ...insightRoutes(ctx),
    ...paymentRoutes(ctx),
    ...(ctx.operatorPages ? [...operatorBankRoutes(ctx), ...operatorCertificateRoutes(ctx), ...operatorPlanRoutes(ctx), ...operatorQuarantineRoutes(ctx)] : []),
  ];
}

import * as contracts from "@opl/contracts/http/bff";
import { psuRoute } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { BffContext } from "../context.ts";
import { accountView, inDisplayOrder } from "../views/account.ts";
import { bankNames } from "../views/bank-names.ts";
import { orMissing, wholeOf } from "./parts.ts";

export function accountRoutes({ bankDirectory, clients }: Pick<BffContext, "bankDirectory" | "clients">): readonly BoundRoute[] {
  return [
    psuRoute(contracts.listAccountViews, async (asking) => {
      const [{ accounts }, banks] = await Promise.all([clients.ingest.listAccounts(wholeOf(asking)), orMissing(asking, "banks", bankDirectory.list())]);
      const bankName = bankNames(banks);
      return { accounts: inDisplayOrder(accounts.map((account) => accountView(account, bankName))), missing: banks === undefined ? ["banks" as const] : [] };
    }),
  ];
}

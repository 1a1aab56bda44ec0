import { listBalances } from "@opl/contracts/http/ingest";
import { toWire } from "@opl/money";
import { psuRoute } from "@opl/service";
import { hasAccount } from "../db/account-store.ts";
import * as balances from "../db/balance-store.ts";
import { errors } from "../errors.ts";
import type { HttpContext } from "./index.ts";

export const balanceRoutes = ({ db }: HttpContext) => [
  psuRoute(listBalances, async ({ psu, params }) => {
    if (!(await hasAccount(db, psu.psuId, params.accountId))) throw errors.ERR_ACCOUNT_NOT_FOUND();
    const rows = await balances.listBalances(db, psu.psuId, params.accountId);
    return {
      balances: rows.map(({ type, amountMinor, currency, asOf, recordedAt }) => ({
        type,
        amount: toWire({ minor: amountMinor, currency }),
        asOf: asOf.toString(),
        recordedAt: recordedAt.toString(),
      })),
    };
  }),
];

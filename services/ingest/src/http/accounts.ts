import { getAccount, listAccounts } from "@opl/contracts/http/ingest";
import { psuRoute } from "@opl/service";
import * as accounts from "../db/account-store.ts";
import { errors } from "../errors.ts";
import type { HttpContext } from "./index.ts";

export const accountRoutes = ({ db }: HttpContext) => [
  psuRoute(listAccounts, async ({ psu }) => ({ accounts: [...(await accounts.listAccounts(db, psu.psuId))] })),
  psuRoute(getAccount, async ({ psu, params }) => {
    const account = await accounts.getAccount(db, psu.psuId, params.accountId);
    if (account === undefined) throw errors.ERR_ACCOUNT_NOT_FOUND();
    return account;
  }),
];

import type { AccountKind } from "@opl/contracts/model";
import type { AccountWithBalances, AccountsFacet, BankReply } from "../../adapters/bank-adapter.ts";
import { cappedText, readAmount, readWire } from "../wire.ts";
import { opAccounts } from "./accounts-wire.ts";
import type { OpAccount } from "./accounts-wire.ts";

/** `GET /accounts`: every account the PSU chose, with its balances. */
export function opAccountsFacet(aisBaseUrl: string): AccountsFacet {
  return {
    async list(calls) {
      const reply = await calls({ operation: "accounts.list", method: "GET", url: new URL(`${aisBaseUrl}/accounts`) });
      return translateAccounts(reply);
    },
  };
}

export function translateAccounts(reply: BankReply): AccountWithBalances[] {
  return readWire(opAccounts, reply).map((account, index) => translateAccount(account, reply, `/${index}`));
}

/** Net is what the PSU can use, gross what is booked; both are as fresh as the answer. */
function translateAccount(wire: OpAccount, { rawHash, receivedAt }: BankReply, pointer: string): AccountWithBalances {
  const at = (member: string) => ({ hash: rawHash, pointer: `${pointer}/${member}` });
  const balance = (type: "interimAvailable" | "interimBooked", member: "netBalance" | "grossBalance") => ({
    type,
    amount: readAmount(wire[member], wire.currency, rawHash, `${pointer}/${member}`),
    asOf: receivedAt.toString(),
    raw: at(member),
  });
  return {
    account: {
      resourceId: wire.accountId,
      kind: kindOf(wire.productName),
      iban: wire.identifierSchema === "IBAN" ? readIban(wire.identifier) : null,
      maskedPan: null,
      bic: wire.servicerSchema === "BIC" ? cappedText(wire.servicer, 11) : null,
      currency: wire.currency,
      name: cappedText(wire.productName, 200) ?? wire.accountId,
      ownerName: cappedText(wire.owner, 200),
      raw: { hash: rawHash, pointer },
    },
    balances: [balance("interimAvailable", "netBalance"), balance("interimBooked", "grossBalance")],
  };
}

function readIban(identifier: string): string | null {
  const compact = identifier.replaceAll(/\s/g, "").toUpperCase();
  return /^[A-Z]{2}\d{2}[A-Z0-9]{1,30}$/.test(compact) ? compact : null;
}

/** OP names no kind; its products say it in Finnish, Swedish or English. Whatever can pay is a current account. */
function kindOf(productName: string): AccountKind {
  return /säästö|tuotto|spar|saving/i.test(productName) ? "savings" : "current";
}

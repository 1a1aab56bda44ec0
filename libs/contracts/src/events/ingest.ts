import { z } from "zod";
import { accountKind } from "../model/account.ts";
import { amountWire, currencyCode } from "../model/amount.ts";
import { balanceType } from "../model/balance.ts";
import { aspspId, isoInstant, uuid } from "../model/ids.ts";
import { transaction } from "../model/transaction.ts";
import { defineEvent } from "./define.ts";

const base = { version: 1, owner: "ingest", psu: true } as const;

/** So many entries at the most in one event, which keeps it near 64 kB. */
export const transactionsPerEvent = 100;

export const accountDiscovered = defineEvent({
  ...base,
  type: "ingest.account-discovered",
  aggregate: "account",
  consumers: ["analytics", "bff", "consent"],
  summary: "An account was seen for the first time, or what the bank calls it changed.",
  data: z.object({
    accountId: uuid,
    consentId: uuid,
    psuId: uuid,
    aspspId,
    kind: accountKind,
    currency: currencyCode,
    name: z.string(),
    /** For recognising transfers between a person's own accounts. */
    iban: z.string().nullable(),
    /** Cards, as the bank masks them. */
    maskedPan: z.string().nullable().optional(),
    ownerName: z.string().nullable(),
  }),
});
export const balanceRecorded = defineEvent({
  ...base,
  type: "ingest.balance-recorded",
  aggregate: "account",
  consumers: ["analytics", "bff"],
  summary: "The bank told a balance.",
  data: z.object({ accountId: uuid, psuId: uuid, balanceType, amount: amountWire, asOf: isoInstant }),
});
export const transactionsRecorded = defineEvent({
  ...base,
  type: "ingest.transactions-recorded",
  aggregate: "account",
  consumers: ["analytics", "bff"],
  summary: "Entries were added, changed or taken back on one account.",
  data: z.object({
    accountId: uuid,
    psuId: uuid,
    consentId: uuid,
    syncId: uuid,
    /** New entries and new revisions of known ones. */
    recorded: z.array(transaction).max(transactionsPerEvent),
    /** Entries that count no more: pending ones the bank replaced. */
    removed: z.array(uuid).max(1000),
  }),
});
export const pageRejected = defineEvent({
  ...base,
  type: "ingest.page-rejected",
  aggregate: "account",
  consumers: ["bff"],
  summary: "A page of a bank failed its checks and is in quarantine; the account is incomplete.",
  data: z.object({ accountId: uuid, psuId: uuid, consentId: uuid, syncId: uuid, code: z.string(), rawHash: z.string().nullable() }),
});
export const syncCompleted = defineEvent({
  ...base,
  type: "ingest.sync-completed",
  aggregate: "sync",
  consumers: ["bff", "consent"],
  summary: "All accounts of a consent were read to the end.",
  data: z.object({
    syncId: uuid,
    consentId: uuid,
    psuId: uuid,
    aspspId,
    accounts: z.int(),
    transactionsSeen: z.int(),
    transactionsNew: z.int(),
    incompleteAccounts: z.array(uuid),
  }),
});
export const syncFailed = defineEvent({
  ...base,
  type: "ingest.sync-failed",
  aggregate: "sync",
  consumers: ["bff", "consent"],
  summary: "A reading stopped before its end.",
  data: z.object({
    syncId: uuid,
    consentId: uuid,
    psuId: uuid,
    aspspId,
    code: z.string(),
    /** When the bank listed the accounts in it; null where it stopped before. */
    listedAt: isoInstant.nullable().optional(),
  }),
});
export const accountsErased = defineEvent({
  ...base,
  type: "ingest.accounts-erased",
  aggregate: "consent",
  consumers: ["analytics", "bff"],
  summary: "A person wanted the data of a withdrawn permission gone.",
  data: z.object({ consentId: uuid, psuId: uuid, accountIds: z.array(uuid) }),
});
export const paymentBooked = defineEvent({
  ...base,
  type: "ingest.payment-booked",
  aggregate: "payment",
  consumers: ["consent", "bff"],
  summary: "The line of the ledger that shows a payment was found. Said again with another line where the bank replaced it.",
  data: z.object({ paymentOrderId: uuid, paymentId: uuid, executionId: uuid, psuId: uuid, accountId: uuid, transactionId: uuid }),
});

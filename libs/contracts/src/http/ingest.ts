import { z } from "zod";
import { accountKind } from "../model/account.ts";
import { amountWire, currencyCode } from "../model/amount.ts";
import { balanceType } from "../model/balance.ts";
import { aspspId, cursor, isoDate, isoInstant, uuid } from "../model/ids.ts";
import { sync } from "../model/sync.ts";
import { bookingStatus, transaction } from "../model/transaction.ts";
import { defineRoute } from "./route.ts";

const bff = { callers: ["bff"], psu: "required" } as const;
const rebuild = { callers: ["analytics"], psu: "none", method: "GET", idempotent: true, status: 200 } as const;

export const ledgerAccount = z.object({
  accountId: uuid,
  psuId: uuid,
  consentId: uuid,
  aspspId,
  kind: accountKind,
  iban: z.string().nullable(),
  maskedPan: z.string().nullable(),
  bic: z.string().nullable(),
  currency: currencyCode,
  name: z.string(),
  ownerName: z.string().nullable(),
  /** Null for a card account of a bank that tells none. */
  balances: z.array(z.object({ type: balanceType, amount: amountWire, asOf: isoInstant })),
  transactions: z.int(),
  oldestBookingDate: isoDate.nullable(),
  /** When the bank was last read to the end for this account. */
  readAt: isoInstant.nullable(),
  /** Since when something of this account is in quarantine. */
  incompleteSince: isoInstant.nullable(),
  /** False after the consent ended: figures stay as they were. */
  connected: z.boolean(),
});
export type LedgerAccount = z.infer<typeof ledgerAccount>;

export const listAccounts = defineRoute({
  ...bff,
  operationId: "listAccounts",
  summary: "The person's accounts with their latest balances.",
  method: "GET",
  path: "/accounts",
  idempotent: true,
  status: 200,
  response: z.object({ accounts: z.array(ledgerAccount) }),
});
export const getAccount = defineRoute({
  ...bff,
  operationId: "getAccount",
  summary: "One account.",
  method: "GET",
  path: "/accounts/:accountId",
  idempotent: true,
  params: z.strictObject({ accountId: uuid }),
  status: 200,
  response: ledgerAccount,
});
export const listBalances = defineRoute({
  ...bff,
  operationId: "listBalances",
  summary: "What the bank said the balance was, over time.",
  method: "GET",
  path: "/accounts/:accountId/balances",
  idempotent: true,
  params: z.strictObject({ accountId: uuid }),
  status: 200,
  response: z.object({ balances: z.array(z.object({ type: balanceType, amount: amountWire, asOf: isoInstant, recordedAt: isoInstant })) }),
});

/** What a list of transactions can be narrowed by; ingest and analytics understand the same. */
export const transactionFilter = z.strictObject({
  accountId: z.union([uuid, z.array(uuid).max(50)]).optional(),
  from: isoDate.optional(),
  to: isoDate.optional(),
  /** Over counterparty and text, case-insensitive. */
  text: z.string().max(100).optional(),
  /** Bounds of the amount without its sign, decimal text. */
  minAmount: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,4})?$/)
    .optional(),
  maxAmount: z
    .string()
    .regex(/^\d{1,12}(\.\d{1,4})?$/)
    .optional(),
  direction: z.enum(["in", "out"]).optional(),
  status: bookingStatus.optional(),
  cursor: cursor.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
});

export const listTransactions = defineRoute({
  ...bff,
  operationId: "listTransactions",
  summary: "Pages of transactions, pending first, then by booking date, newest first.",
  method: "GET",
  path: "/transactions",
  idempotent: true,
  query: transactionFilter,
  status: 200,
  response: z.object({ transactions: z.array(transaction), nextCursor: cursor.nullable() }),
});
export const getTransaction = defineRoute({
  ...bff,
  operationId: "getTransaction",
  summary: "One transaction with when we learned it, its earlier revisions and the payment it shows.",
  method: "GET",
  path: "/transactions/:transactionId",
  idempotent: true,
  params: z.strictObject({ transactionId: uuid }),
  status: 200,
  response: z.object({
    transaction,
    recordedAt: isoInstant,
    /** The payment of ours that it shows. */
    paymentOrderId: uuid.nullable(),
    paymentId: uuid.nullable(),
    revisions: z.array(z.object({ revision: z.int(), recordedAt: isoInstant, amount: amountWire, bookingDate: isoDate })),
  }),
});
export const startSync = defineRoute({
  ...bff,
  operationId: "startSync",
  summary: "Read a connection now, because the person asks; a running one is answered instead of a second.",
  method: "POST",
  path: "/syncs",
  idempotent: true,
  body: z.strictObject({ consentId: uuid }),
  status: 202,
  response: sync,
});
export const attendFirstSync = defineRoute({
  ...bff,
  operationId: "attendFirstSync",
  summary: "A person has just allowed reading and is here: the first sync of that consent, recorded already or about to be, is read in their presence.",
  method: "POST",
  path: "/syncs/first/attendance",
  idempotent: true,
  body: z.strictObject({ consentId: uuid }),
  status: 202,
  response: null,
});
export const listSyncs = defineRoute({
  ...bff,
  operationId: "listSyncs",
  summary: "The latest reading of each connection.",
  method: "GET",
  path: "/syncs",
  idempotent: true,
  status: 200,
  response: z.object({ syncs: z.array(sync) }),
});

export const exportAccounts = defineRoute({
  ...rebuild,
  operationId: "exportAccounts",
  summary: "All accounts in id order, for rebuilding.",
  path: "/rebuild/accounts",
  query: z.strictObject({ after: uuid.optional() }),
  response: z.object({ accounts: z.array(ledgerAccount), next: uuid.nullable() }),
});
export const exportTransactions = defineRoute({
  ...rebuild,
  operationId: "exportTransactions",
  summary: "All counted transactions in id order, for rebuilding.",
  path: "/rebuild/transactions",
  query: z.strictObject({ after: uuid.optional() }),
  response: z.object({ transactions: z.array(transaction.extend({ psuId: uuid })), next: uuid.nullable() }),
});
export const exportBalances = defineRoute({
  ...rebuild,
  operationId: "exportBalances",
  summary: "All balances in id order, for rebuilding.",
  path: "/rebuild/balances",
  query: z.strictObject({ after: uuid.optional() }),
  response: z.object({
    balances: z.array(
      z.object({ balanceId: uuid, accountId: uuid, psuId: uuid, type: balanceType, amount: amountWire, asOf: isoInstant, recordedAt: isoInstant.optional() }),
    ),
    next: uuid.nullable(),
  }),
});

export const ingestRoutes = {
  listAccounts,
  getAccount,
  listBalances,
  listTransactions,
  getTransaction,
  startSync,
  attendFirstSync,
  listSyncs,
  exportAccounts,
  exportTransactions,
  exportBalances,
};

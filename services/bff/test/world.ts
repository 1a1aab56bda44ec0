import type { CategorisedTransaction } from "@opl/contracts/http/analytics";
import type { LedgerAccount } from "@opl/contracts/http/ingest";
import type { Aspsp, Consent, PaymentOrder, Sync } from "@opl/contracts/model";
import { newId } from "@opl/service";

/** What the services behind bff hold about one person. Every text carries the person's canary, so that a leak shows. */
export interface Holdings {
  readonly canary: string;
  readonly consent: Consent;
  readonly accounts: readonly LedgerAccount[];
  readonly transactions: readonly CategorisedTransaction[];
  readonly recurringId: string;
  readonly counterpartyRuleId: string;
  readonly sync: Sync;
  readonly paymentOrder: PaymentOrder;
  /** Newest first. */
  readonly earlierOrders?: readonly PaymentOrder[];
  readonly fundsConsentId: string;
}

export const bank: Aspsp = {
  aspspId: "op-fi",
  name: "OP sandbox",
  bic: "OKOYFIHH",
  countries: ["FI"],
  environment: "sandbox",
  scaApproach: "redirect",
  capabilities: ["registration", "consents", "accounts", "balances", "transactions", "payments", "funds"],
  registrationScheme: "op",
  historyDays: 730,
  consentMaxDays: 180,
  registered: true,
  health: { status: "up", since: null },
};

/** One bank, two accounts, three entries: enough for every page to have something of this person. */
export function holdingsOf(psuId: string, canary: string): Holdings {
  const consentId = newId();
  const syncId = newId();
  const account = anAccount({ psuId, consentId, name: `Käyttötili ${canary}`, ownerName: `Aino ${canary}`, iban: "FI2112345600000785" });
  const card = anAccount({
    psuId,
    consentId,
    kind: "card",
    name: `Kortti ${canary}`,
    iban: null,
    maskedPan: "492500******1234",
    balances: [],
  });
  const recurringId = newId();
  const transactions = [
    aTransaction({ accountId: account.accountId, canary, amount: "-12.50", bookingStatus: "pending" }),
    aTransaction({ accountId: account.accountId, canary, amount: "-9.99", recurringId }),
    aTransaction({ accountId: card.accountId, canary, amount: "2500.00" }),
  ];
  return {
    canary,
    consent: aConsent({ consentId, psuId }),
    accounts: [account, card],
    transactions,
    recurringId,
    counterpartyRuleId: newId(),
    paymentOrder: aPaymentOrder({ psuId, canary }),
    fundsConsentId: newId(),
    sync: {
      syncId,
      consentId,
      aspspId: bank.aspspId,
      reason: "first",
      status: "completed",
      startedAt: "2026-11-22T09:00:00Z",
      finishedAt: "2026-11-22T09:00:05Z",
      accounts: 2,
      accountsDone: 2,
      transactionsSeen: 3,
      transactionsNew: 3,
      errorCode: null,
    },
  };
}

export function aConsent(overrides: Partial<Consent> = {}): Consent {
  return {
    consentId: newId(),
    psuId: newId(),
    aspspId: bank.aspspId,
    status: "valid",
    createdAt: "2026-11-20T08:00:00Z",
    authorisedAt: "2026-11-20T08:01:00Z",
    validUntil: "2027-05-19T08:00:00Z",
    reconfirmBy: null,
    endedAt: null,
    replacedBy: null,
    lastUsedAt: null,
    accounts: [],
    history: [
      { at: "2026-11-20T08:00:00Z", what: "created", by: "psu", reason: null },
      { at: "2026-11-20T08:01:00Z", what: "authorised", by: "psu", reason: null },
    ],
    ...overrides,
  };
}

export function anAccount(overrides: Partial<LedgerAccount> = {}): LedgerAccount {
  return {
    accountId: newId(),
    psuId: newId(),
    consentId: newId(),
    aspspId: bank.aspspId,
    kind: "current",
    iban: "FI2112345600000785",
    maskedPan: null,
    bic: "OKOYFIHH",
    currency: "EUR",
    name: "Käyttötili",
    ownerName: null,
    balances: [
      { type: "interimBooked", amount: { amount: "1234.56", currency: "EUR" }, asOf: "2026-11-22T09:00:04Z" },
      { type: "interimAvailable", amount: { amount: "1200.00", currency: "EUR" }, asOf: "2026-11-22T09:00:04Z" },
    ],
    transactions: 3,
    oldestBookingDate: "2024-11-22",
    readAt: "2026-11-22T09:00:05Z",
    incompleteSince: null,
    connected: true,
    ...overrides,
  };
}

export function aPaymentOrder({ canary = "", ...overrides }: Partial<PaymentOrder> & { canary?: string } = {}): PaymentOrder {
  return {
    paymentOrderId: newId(),
    psuId: newId(),
    aspspId: bank.aspspId,
    debtorIban: "FI2112345600000785",
    status: "debited",
    createdAt: "2026-11-22T09:30:00Z",
    approvedAt: "2026-11-22T09:31:00Z",
    payments: [
      {
        paymentId: newId(),
        instruction: {
          scheme: "sepa",
          amount: { amount: "12.50", currency: "EUR" },
          creditor: { iban: "FI1410093000123458", name: `Sähkö ${canary}`, address: null, country: null },
          remittance: { kind: "message", text: `Lasku ${canary}` },
        },
        schedule: { firstDate: null, every: null, count: 1 },
        status: "debited",
        executions: [
          {
            executionId: newId(),
            position: 1,
            dueDate: "2026-11-22",
            status: "debited",
            archiveId: "20261122593497TE0001",
            statusAt: "2026-11-22T09:31:05Z",
            reason: null,
            transactionId: null,
          },
        ],
        history: [
          { at: "2026-11-22T09:30:00Z", status: "intended", by: "psu", reason: null },
          { at: "2026-11-22T09:30:05Z", status: "awaitingAuthorisation", by: "aspsp", reason: null },
          { at: "2026-11-22T09:31:01Z", status: "authorised", by: "psu", reason: null },
          { at: "2026-11-22T09:31:02Z", status: "submitted", by: "tpp", reason: null },
          { at: "2026-11-22T09:31:05Z", status: "debited", by: "aspsp", reason: null },
        ],
      },
    ],
    ...overrides,
  };
}

export function aTransaction({
  amount = "-1.00",
  canary = "",
  ...overrides
}: Partial<Omit<CategorisedTransaction, "amount">> & { amount?: string; canary?: string } = {}): CategorisedTransaction {
  return {
    transactionId: newId(),
    accountId: newId(),
    revision: 1,
    entryReference: `ref-${canary}`,
    bookingStatus: "booked",
    amount: { amount, currency: "EUR" },
    originalAmount: null,
    bookingDate: "2026-11-21",
    valueDate: "2026-11-21",
    counterparty: { name: `K-Market ${canary}`, iban: "FI5542345670000081", bic: null },
    remittanceInformation: `Osto ${canary}`,
    reference: null,
    proprietaryCode: null,
    raw: { hash: hexOf(newId()), pointer: "/transactions/0" },
    category: { category: "groceries", ruleId: "counterparty.k-market", matched: "K-Market", confidence: "certain", rulesVersion: 1 },
    recurringId: null,
    note: `Muistiinpano ${canary}`,
    split: {
      stands: true,
      parts: [
        { category: "groceries", amount: { amount: "-0.60", currency: "EUR" }, note: null },
        { category: "family", amount: { amount: "-0.40", currency: "EUR" }, note: `Osa ${canary}` },
      ],
    },
    ...overrides,
  };
}

/** 64 hexadecimal digits, different for each id. */
function hexOf(id: string): string {
  return id.replaceAll("-", "").repeat(2);
}

import { messagingColumns } from "@opl/messaging";
import { schemaDifferences } from "@opl/postgres";
import type { TableColumns } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import type { ConsentTables } from "./tables.ts";

const columns: TableColumns<ConsentTables> = {
  ...messagingColumns,
  consents: {
    psuId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    status: "text",
    createdAt: "timestamptz",
    requestedValidUntil: "timestamptz",
    replaces: "uuid?",
    aspspConsentId: "text?",
    authorisedAt: "timestamptz?",
    validUntil: "timestamptz?",
    scope: "_text?",
    nextWarningAt: "timestamptz?",
    endedAt: "timestamptz?",
    endReason: "text?",
    replacedBy: "uuid?",
    reconfirmDays: "int4?",
    confirmedAt: "timestamptz?",
    reconfirmBy: "timestamptz?",
    nextReminderAt: "timestamptz?",
  },
  consentHistory: { psuId: "uuid", consentId: "uuid", position: "int4", at: "timestamptz", what: "text", by: "text", reason: "text?" },
  consentReceipts: {
    psuId: "uuid",
    consentId: "uuid",
    position: "int4",
    receiptId: "uuid",
    facts: "jsonb",
    jws: "text?",
    signedAt: "timestamptz?",
    tries: "int4",
    nextTryAt: "timestamptz",
  },
  consentAccounts: { psuId: "uuid", consentId: "uuid", accountId: "uuid", maskedNumber: "text" },
  authorisations: {
    psuId: "uuid",
    authorisationId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    scaStatus: "text",
    stateHash: "bytea",
    nonce: "text?",
    sessionBinding: "text",
    redirectUri: "text",
    issuer: "text?",
    issInResponse: "bool?",
    responseType: "text?",
    createdAt: "timestamptz",
    expiresAt: "timestamptz",
    takenAt: "timestamptz?",
    finishedAt: "timestamptz?",
    outcome: "text?",
    reason: "text?",
    validUntil: "timestamptz?",
  },
  aspspRevocations: {
    psuId: "uuid",
    consentId: "uuid",
    aspspId: "text",
    requestedAt: "timestamptz",
    tries: "int4",
    requests: "int4",
    nextTryAt: "timestamptz",
  },
  erasedPsus: { psuId: "uuid", erasedAt: "timestamptz", purgedAt: "timestamptz?" },
};

it("the hand-typed tables are those of the live schema", async () => {
  const { database, schema } = await testDatabase<ConsentTables>({ service: "consent" });
  expect(await schemaDifferences(database, schema, columns)).toEqual([]);
});

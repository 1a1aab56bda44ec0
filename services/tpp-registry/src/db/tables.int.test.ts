import { messagingColumns } from "@opl/messaging";
import { schemaDifferences, type TableColumns } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import type { TppRegistryTables } from "./tables.ts";

const columns: TableColumns<TppRegistryTables> = {
  ...messagingColumns,
  tppProfile: { singleton: "bool", softwareClientId: "uuid", createdAt: "timestamptz" },
  registrations: {
    registrationId: "uuid",
    aspspId: "text",
    replaces: "uuid?",
    scheme: "text",
    terms: "jsonb?",
    status: "text",
    startedAt: "timestamptz",
    completedAt: "timestamptz?",
    endedAt: "timestamptz?",
    endedReason: "text?",
    repairs: "jsonb",
    renews: "bool",
    fruitlessRenewals: "int4",
    tries: "int4",
    nextTryAt: "timestamptz?",
    errorCode: "text?",
    errorMessage: "text?",
    errorAt: "timestamptz?",
  },
  registrationSteps: { registrationId: "uuid", step: "text", finishedAt: "timestamptz", durationMs: "int4", artefact: "jsonb", expiresAt: "timestamptz?" },
  certificates: {
    certificateId: "uuid",
    registrationId: "uuid",
    aspspId: "text",
    purpose: "text",
    kid: "text",
    algorithm: "text",
    subject: "text",
    organizationIdentifier: "text?",
    roles: "_text",
    notBefore: "timestamptz",
    notAfter: "timestamptz",
    thumbprint: "text",
    chainPem: "_text",
    inUse: "bool",
    warnedAtDays: "int4?",
  },
  desiredStates: { revision: "int4", document: "jsonb", documentHash: "text", appliedAt: "timestamptz", appliedBy: "text" },
  directory: { aspspId: "text", aspsp: "jsonb" },
  bankViews: {
    registrationId: "uuid",
    nextCheckAt: "timestamptz",
    checkedAt: "timestamptz?",
    standing: "text?",
    client: "jsonb?",
    differences: "jsonb",
    driftSince: "timestamptz?",
    unknownTimes: "int4",
    unknownSince: "timestamptz?",
    agreedSince: "timestamptz?",
  },
  ownCertificates: {
    certificateId: "uuid",
    purpose: "text",
    keyType: "text",
    status: "text",
    createdAt: "timestamptz",
    retiredAt: "timestamptz?",
    csrPem: "text?",
    issued: "jsonb?",
    readySince: "timestamptz?",
    nextAskedAt: "timestamptz?",
    warnedAtDays: "int4?",
  },
  publicKeys: { kid: "text", jwk: "jsonb", publishedAt: "timestamptz", retiredAt: "timestamptz?", lasting: "bool" },
};

it("the hand-typed tables are those of the live schema", async () => {
  await using db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  expect(await schemaDifferences(db.database, db.schema, columns)).toEqual([]);
});

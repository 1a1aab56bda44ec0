import { messagingColumns } from "@opl/messaging";
import { schemaDifferences } from "@opl/postgres";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import type { Tables } from "./tables.ts";

const columns = {
  people: { id: "uuid", name: "text", email: "text", emailVerified: "bool", image: "text?", createdAt: "timestamptz", updatedAt: "timestamptz" },
  operators: { psuId: "uuid", grantedAt: "timestamptz" },
  credentials: {
    id: "uuid",
    userId: "uuid",
    providerId: "text",
    accountId: "text",
    password: "text?",
    accessToken: "text?",
    refreshToken: "text?",
    idToken: "text?",
    accessTokenExpiresAt: "timestamptz?",
    refreshTokenExpiresAt: "timestamptz?",
    scope: "text?",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  sessions: {
    id: "uuid",
    userId: "uuid",
    token: "text",
    ipAddress: "text?",
    userAgent: "text?",
    provedAt: "timestamptz?",
    expiresAt: "timestamptz",
    createdAt: "timestamptz",
    updatedAt: "timestamptz",
  },
  verifications: { id: "uuid", identifier: "text", value: "text", expiresAt: "timestamptz", createdAt: "timestamptz", updatedAt: "timestamptz" },
  preferences: { psuId: "uuid", locale: "text", theme: "text", privacyMode: "bool", updatedAt: "timestamptz" },
  attempts: { key: "bytea", count: "int4", windowEndsAt: "timestamptz" },
  erasures: { psuId: "uuid", erasedAt: "timestamptz" },
  liveEvents: { id: "int8", psuId: "uuid?", event: "jsonb", createdAt: "timestamptz" },
  passkeys: {
    passkeyId: "uuid",
    psuId: "uuid",
    name: "text",
    credentialId: "text",
    publicKey: "bytea",
    counter: "int8",
    transports: "jsonb",
    createdAt: "timestamptz",
    lastUsedAt: "timestamptz?",
  },
  secondFactors: { psuId: "uuid", secret: "bytea", confirmedAt: "timestamptz?", lastStep: "int8" },
  recoveryCodes: { codeHash: "bytea", psuId: "uuid", createdAt: "timestamptz" },
  ceremonies: { tokenHash: "bytea", kind: "text", psuId: "uuid?", data: "jsonb", expiresAt: "timestamptz" },
  exports: { exportId: "uuid", psuId: "uuid", format: "text", expiresAt: "timestamptz" },
  ...messagingColumns,
} as const;

it("the hand-typed tables are those of the database", async () => {
  await using database = await testDatabase<Tables>({ service: "bff" });
  expect(await schemaDifferences(database.database, database.schema, columns)).toEqual([]);
});

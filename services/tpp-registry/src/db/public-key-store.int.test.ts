import type { PublicJwk } from "@opl/contracts/model";
import { testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import { listPublicKeys, savePublicKeys } from "./public-key-store.ts";
import type { TppRegistryTables } from "./tables.ts";

const now = Temporal.Instant.from("2026-01-01T00:00:00Z");
const jwk = (certificate: string): PublicJwk => ({ kty: "EC", crv: "P-256", x: "x", y: "y", kid: "one-key", use: "sig", alg: "ES256", x5c: [certificate] });
const [older, newer] = [
  { jwk: jwk("older"), retiredAt: now, lasting: false },
  { jwk: jwk("newer"), retiredAt: null, lasting: false },
];

it.each([
  ["the newest first", [newer, older]],
  ["the oldest first", [older, newer]],
  ["both in use", [newer, { ...older, retiredAt: null }]],
])("a key listed with two certificates, %s, is in use with the newer one", async (_order, listed) => {
  await using database = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  const { db } = database.database;
  for (let times = 0; times < 2; times += 1) await db.transaction().execute((tx) => savePublicKeys(tx, listed, now));
  expect(await listPublicKeys(db)).toEqual([{ jwk: newer.jwk, retiredAt: null, lasting: false }]);
});

it("a key listed under two names is published under both, until one of them is listed no more", async () => {
  await using database = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  const { db } = database.database;
  const another = { ...newer, jwk: { ...newer.jwk, kid: "one-key-at-a-bank" } };
  await db.transaction().execute((tx) => savePublicKeys(tx, [newer, another], now));
  expect(await listPublicKeys(db)).toEqual([newer, another]);
  const later = now.add({ hours: 1 });
  await db.transaction().execute((tx) => savePublicKeys(tx, [newer], later));
  expect(await listPublicKeys(db)).toEqual([newer, { ...another, retiredAt: later }]);
});

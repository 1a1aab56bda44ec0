import { randomBytes, randomUUID } from "node:crypto";
import { inTransaction } from "@opl/postgres";
import { keyring } from "@opl/sealing";
import { newId, systemClock } from "@opl/service";
import { eventually, testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { getConsent, insertConsent, lockConsentsOfPsu } from "../db/consent-store.ts";
import type { BankConsent } from "../db/consent-store.ts";
import type { Tables } from "../db/tables.ts";
import { insertTokenSet } from "../db/token-store.ts";
import { hashOf } from "../egress/bank-calls.ts";
import type { BankAnswer, BankRequest } from "../egress/bank-request.ts";
import { archiveFor, readArchived } from "../vault/archive.ts";
import { sealTokens } from "../vault/sealed-tokens.ts";
import { createVault } from "../vault/vault.ts";
import type { Vault } from "../vault/vault.ts";
import { endConsent, loseConsent } from "./end-consent.ts";
import { eraseConsentData, replaceConsent } from "./erase-consent-data.ts";
import { forgetPsu } from "./forget-psu.ts";

let database: TestDatabase<Tables>;
let vault: Vault;
const registrationId = randomUUID();
const db = () => database.database.db;
const ctx = () => ({ db: db(), vault, clock: systemClock });

beforeAll(async () => {
  database = await testDatabase<Tables>({ service: "bank-gateway" });
  vault = createVault({ db: db(), kek: keyring(`kek:${randomBytes(32).toString("base64")}`), clock: systemClock, newId });
  await db().insertInto("registrations").values({ registrationId, aspspId: "op", createdAt: systemClock.now() }).execute();
});
afterAll(() => database?.[Symbol.asyncDispose]());

async function consentOf(psuId: string, consentId: string = randomUUID()): Promise<BankConsent> {
  const secret = randomBytes(32);
  const row = {
    consentId,
    kind: "accounts",
    psuId,
    aspspId: "op",
    registrationId,
    aspspConsentId: consentId,
    status: "authorised",
    redirectUri: "http://localhost:9/callback/op",
    stateHash: secret,
    nonceHash: secret,
    validUntil: systemClock.now().add({ hours: 1 }),
  } as const;
  await insertConsent(db(), row, systemClock.now());
  return (await getConsent(db(), consentId, { psuId })) ?? expect.unreachable();
}

async function receive(consent: Pick<BankConsent, "psuId" | "consentId" | "aspspId">, text: string): Promise<string> {
  const body = Buffer.from(text);
  const request = { operation: "accounts.read", url: new URL("https://bank.example/accounts") } as BankRequest;
  const answer = { status: 200, headers: {}, body, interactionId: randomUUID(), receivedAt: systemClock.now() } as unknown as BankAnswer;
  await archiveFor(ctx(), consent)(request, answer, hashOf(body));
  return hashOf(body);
}

const kept = async (psuId: string, ...hashes: string[]) => Promise.all(hashes.map(async (hash) => (await readArchived(ctx(), psuId, hash)) !== undefined));
const erase = (consent: BankConsent) => inTransaction(db(), (tx) => eraseConsentData(ctx(), tx, consent, "consent.revoked"));
const replace = (consent: BankConsent, by: BankConsent) => inTransaction(db(), (tx) => replaceConsent(ctx(), tx, consent, "consent.replaced", by.consentId));

type Tx = Parameters<typeof endConsent>[1];
/** Until another transaction waits for this one. Locks are looked up anew each time; who is connected, once a transaction. */
const somebodyWaitsFor = (tx: Tx) =>
  eventually(async () => (await sql`select from pg_locks where pg_backend_pid() = any (pg_blocking_pids(pid))`.execute(tx)).rows.length > 0);

describe("what the bank said under a consent", () => {
  it("G-17 goes when the person wants its data erased; what another consent received as well stays until that one's is", async () => {
    const psuId = randomUUID();
    const [one, other] = [await consentOf(psuId), await consentOf(psuId)];
    const [own, shared, others] = [await receive(one, "own"), await receive(one, "shared"), await receive(other, "others")];
    await receive(other, "shared");
    const stranger = await consentOf(randomUUID());
    await receive(stranger, "own");
    await erase(one);
    expect(await kept(psuId, own, shared, others)).toEqual([false, true, true]);
    expect(await kept(stranger.psuId, own)).toEqual([true]);
    await erase(other);
    expect(await kept(psuId, own, shared, others)).toEqual([false, false, false]);
  });

  it("stays when the consent ends with its data kept, and goes when the person asks afterwards", async () => {
    const consent = await consentOf(randomUUID());
    const hash = await receive(consent, "kept");
    await inTransaction(db(), (tx) => endConsent(ctx(), tx, consent, "consent.revoked"));
    expect(await kept(consent.psuId, hash)).toEqual([true]);
    await erase(consent);
    expect(await kept(consent.psuId, hash)).toEqual([false]);
  });

  it.each([
    ["in their order", [0, 1, 2]],
    ["the other way round", [2, 1, 0]],
    ["with the erasure in the middle", [0, 2, 1]],
  ])("goes with a renewed consent all the way back, facts heard %s", async (_order, order) => {
    const psuId = randomUUID();
    const [first, second, third] = [await consentOf(psuId), await consentOf(psuId), await consentOf(psuId)];
    const hashes = [await receive(first, "first"), await receive(second, "second"), await receive(third, "third")];
    const heard = [() => replace(first, second), () => replace(second, third), () => erase(third)];
    for (const at of order) await heard[at]?.();
    expect(await kept(psuId, ...hashes)).toEqual([false, false, false]);
  });

  it("is not kept when it comes after the consent has ended", async () => {
    const consent = await consentOf(randomUUID());
    await erase(consent);
    await expect(receive(consent, "late")).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(await kept(consent.psuId, hashOf(Buffer.from("late")))).toEqual([false]);
  });

  it("of two that come at the same time, answer and erasure, nothing is left", async () => {
    const consent = await consentOf(randomUUID());
    const texts = Array.from({ length: 8 }, (_, n) => `page ${n}`);
    await Promise.allSettled([...texts.map((text) => receive(consent, text)), erase(consent)]);
    expect(await kept(consent.psuId, ...texts.map((text) => hashOf(Buffer.from(text))))).toEqual(texts.map(() => false));
  });
});

describe("a person is forgotten", () => {
  it("while their consents are being held in the order of their ids: one waits for the other, not both", async () => {
    const psuId = randomUUID();
    const [low = "", high = ""] = [randomUUID(), randomUUID()].toSorted();
    // They lie in the order in which they came.
    for (const consentId of [high, low]) await consentOf(psuId, consentId);
    let forgetting: Promise<unknown> = Promise.resolve();
    await inTransaction(db(), async (tx) => {
      const held = (consentId: string) => tx.selectFrom("bankConsents").select("consentId").where("consentId", "=", consentId).forUpdate();
      await held(low).execute();
      forgetting = inTransaction(db(), (other) => forgetPsu(ctx(), other, psuId));
      forgetting.catch(() => undefined);
      await somebodyWaitsFor(tx);
      await held(high).noWait().execute();
    });
    await forgetting;
    expect(await db().selectFrom("bankConsents").select("consentId").where("psuId", "=", psuId).execute()).toEqual([]);
  });
});

describe("a consent that is being lost in the same moment", () => {
  type Ending = (tx: Tx, consent: BankConsent) => Promise<unknown>;
  const endings: readonly (readonly [string, Ending])[] = [
    ["ends", (tx, consent) => endConsent(ctx(), tx, consent, "consent.revoked")],
    ["is erased", (tx, consent) => eraseConsentData(ctx(), tx, consent, "consent.revoked")],
    ["goes with its person", (tx, { psuId }) => forgetPsu(ctx(), tx, psuId)],
  ];
  it.each(endings)("%s first: the loss waits for the consent and holds no tokens meanwhile", async (_how, end) => {
    const consent = await consentOf(randomUUID());
    const accessExpiresAt = systemClock.now().add({ hours: 1 });
    const tokens = { accessToken: "held", accessExpiresAt, refreshToken: "spent", scope: [], origins: [], subject: undefined };
    await insertTokenSet(db(), consent.consentId, await sealTokens(vault, consent, tokens), { accessExpiresAt, refreshExpiresAt: null }, systemClock.now());
    let losing: Promise<unknown> = Promise.resolve();
    await inTransaction(db(), async (tx) => {
      await lockConsentsOfPsu(tx, consent.psuId);
      losing = loseConsent(ctx(), consent, { by: "tpp", code: "refresh-interrupted" }, 1);
      losing.catch(() => undefined);
      await somebodyWaitsFor(tx);
      await tx.selectFrom("tokenSets").select("consentId").where("consentId", "=", consent.consentId).forUpdate().noWait().execute();
      await end(tx, consent);
    });
    expect(await losing).toBe(true);
    expect(await db().selectFrom("tokenSets").select("consentId").where("consentId", "=", consent.consentId).execute()).toEqual([]);
    expect(await db().selectFrom("outbox").select("eventType").where("aggregateId", "=", consent.consentId).execute()).toEqual([]);
    expect(await db().selectFrom("revocationsDue").select("attempts").where("aspspConsentId", "=", consent.aspspConsentId).execute()).toHaveLength(1);
  });
});

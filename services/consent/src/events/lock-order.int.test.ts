import type { EventType } from "@opl/contracts/events";
import { eventually, example, seeded } from "@opl/testkit";
import type { Transaction } from "kysely";
import { beforeAll, describe, expect, it } from "vitest";
import { lockConsents } from "../db/consent-store.ts";
import type { ConsentKey } from "../db/consent-store.ts";
import { lockOrder } from "../db/payment-store.ts";
import type { ConsentTables } from "../db/tables.ts";
import { aPerson, returned, startHarness } from "../testing/harness.ts";
import type { Harness } from "../testing/harness.ts";
import { wanted } from "../testing/payments.ts";
import { completeAuthorisation, settle } from "../usecases/complete-authorisation.ts";
import { erasePsu } from "../usecases/erase-psu.ts";
import { putPaymentOrder } from "../usecases/put-payment-order.ts";
import { inLockOrder } from "./in-lock-order.ts";
import { onAccountDiscovered } from "./on-account-discovered.ts";
import { onAspspConsentLost } from "./on-aspsp-consent-lost.ts";
import { onAspspScaRequired } from "./on-aspsp-sca-required.ts";
import { onSyncCompleted } from "./on-sync-completed.ts";
import { onSyncFailed } from "./on-sync-failed.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});

type Tx = Transaction<ConsentTables>;
/** One transaction without a second try: a deadlock shows. */
const once = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => harness.database.db.transaction().execute(work);

/** Holds what `lock` locks. @returns lets go of it */
async function hold(lock: (tx: Tx) => Promise<unknown>): Promise<() => Promise<void>> {
  const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const holding = once(async (tx) => {
    await lock(tx);
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  return () => (release.resolve(), holding);
}

const waiting = (count: number) => eventually(async () => (await harness.waiting()) === count);
const facts = <Type extends EventType>(type: Type, keys: readonly ConsentKey[], time = harness.clock.now().toString()) =>
  keys.map((key) => ({ ...example(type), time, data: { ...example(type).data, ...key } }));

describe("nobody waits in a circle", () => {
  it("facts about the same consents, in batches of every order, forty times", async () => {
    const keys: ConsentKey[] = [];
    for (let n = 0; n < 10; n += 1) {
      const { psu, ...person } = aPerson();
      keys.push({ psuId: psu.psuId, consentId: await harness.connect({ psu, ...person }) });
    }
    const random = seeded(7);
    const shuffled = () =>
      keys
        .map((key) => [random(), key] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, key]) => key);
    const lose = onAspspConsentLost(harness.ctx);
    const pause = onAspspScaRequired(harness.ctx);
    for (let round = 0; round < 40; round += 1) {
      harness.clock.advance({ seconds: 1 });
      const listedAt = harness.clock.now().toString();
      const failed = facts("ingest.sync-failed", shuffled()).map((fact) => ({ ...fact, data: { ...fact.data, listedAt } }));
      const [first = expect.unreachable(), second = expect.unreachable()] = shuffled();
      await Promise.all([
        once((tx) => inLockOrder(onAccountDiscovered)(tx, facts("ingest.account-discovered", shuffled()))),
        once((tx) => inLockOrder(onSyncCompleted)(tx, facts("ingest.sync-completed", shuffled()))),
        once((tx) => inLockOrder(onSyncFailed)(tx, failed)),
        ...facts("bank-gateway.aspsp-sca-required", [first]).map((fact) => once((tx) => pause(tx, fact))),
        ...facts("bank-gateway.aspsp-consent-lost", [second]).map((fact) => once((tx) => lose(tx, fact))),
      ]);
    }
    for (const { consentId } of keys) expect((await harness.consentRow(consentId)).lastUsedAt).toEqual(harness.clock.now());
  });

  it("a renewal takes hold while a batch speaks of it and of the consent it replaces", async () => {
    const person = aPerson();
    const { psuId } = person.psu;
    const [old, between] = [await harness.connect(person), await harness.connect(person)];
    const { consentId } = await harness.begin(person, { replaces: old });
    const letGo = await hold((tx) => lockConsents(tx, [{ psuId, consentId: between }]));
    const keys = [consentId, between, old].map((id) => ({ psuId, consentId: id }));
    const batch = once((tx) => inLockOrder(onSyncCompleted)(tx, facts("ingest.sync-completed", keys)));
    await waiting(1);
    const { authorisationId, aspspId } = await harness.attemptOf(consentId);
    const authorisedAt = harness.clock.now();
    const grant = { kind: "consent", scope: ["accounts"], authorisedAt, validUntil: authorisedAt.add({ hours: 24 }) } as const;
    const renewal = once((tx) => settle(tx, harness.ctx, { psuId, authorisationId, aspspId, about: { kind: "consent", consentId } }, grant));
    await waiting(2);
    await letGo();
    await batch;
    expect(await renewal).toMatchObject({ outcome: "authorised" });
    expect(await harness.consentRow(old)).toMatchObject({ status: "replaced", lastUsedAt: expect.anything() });
  });

  it("a person is erased while they come back from the bank", async () => {
    const person = aPerson();
    const { psu, sessionBinding } = person;
    await harness.connect(person);
    const { state } = await harness.begin(person);
    const order = wanted(person);
    await putPaymentOrder(harness.ctx, order);
    const letGo = await hold((tx) => lockOrder(tx, { psuId: psu.psuId, paymentOrderId: order.paymentOrderId }));
    const erasing = once((tx) => erasePsu({ ...harness.ctx, db: tx }, psu.psuId));
    await waiting(1);
    const input = { psu, sessionBinding, redirectContext: "op-fi", parameters: returned({ state }) };
    const coming = once((tx) => completeAuthorisation({ ...harness.ctx, db: tx }, input)).catch((error: unknown) => error);
    await waiting(2);
    await letGo();
    await erasing;
    expect(await coming).toMatchObject({ code: "ERR_AUTHORISATION_UNKNOWN" });
  });
});

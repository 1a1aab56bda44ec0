import { randomUUID } from "node:crypto";
import { OplError } from "@opl/errors";
import { inTransaction } from "@opl/postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { commit, fact, openStage, outboxOf } from "../test/stage.ts";
import type { Stage } from "../test/stage.ts";
import { storeDeadLetter } from "./dead-letters.ts";
import { forgetPerson } from "./index.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.[Symbol.asyncDispose]());

describe("forgetPerson", () => {
  const [person, other] = [randomUUID(), randomUUID()];
  const db = () => stage.producer.database.db;
  const lettersAbout = async () => (await db().selectFrom("deadLetters").select("psuId").execute()).map(({ psuId }) => psuId);
  const factsAbout = async () => (await outboxOf(stage.producer.database)).map(({ aggregateId }) => aggregateId);

  beforeEach(async () => {
    await db().deleteFrom("outbox").execute();
    await db().deleteFrom("deadLetters").execute();
    await commit(stage.producer.database, fact("sent", { psuId: person }), fact("waiting", { psuId: person }), fact("others", { psuId: other }));
    await db().updateTable("outbox").set({ publishedAt: "2026-11-22T10:00:00Z", streamSequence: 1 }).where("aggregateId", "=", "sent").execute();
    const error = new OplError({ code: "ERR_TEST", kind: "invalid", message: "as the test wants it" });
    for (const psuId of [person, other]) {
      const letter = { eventId: null, eventType: "consent.authorised", headers: { "ce-psuid": psuId }, body: "{}", deliveries: 1, messageKey: psuId };
      await inTransaction(db(), (tx) => storeDeadLetter(tx, "ingest-on-consent-authorised", letter, error));
    }
  });

  it("G-17 leaves neither facts nor dead letters of the person, and those of others alone", async () => {
    expect(await inTransaction(db(), (tx) => forgetPerson(tx, person))).toBe(true);
    expect([await factsAbout(), await lettersAbout()]).toEqual([["others"], [other]]);
  });

  it("can leave to the relay what others must still hear", async () => {
    expect(await inTransaction(db(), (tx) => forgetPerson(tx, person, { keepUnsent: true }))).toBe(false);
    expect([await factsAbout(), await lettersAbout()]).toEqual([["waiting", "others"], [other]]);
  });
});

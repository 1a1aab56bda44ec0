import { randomUUID } from "node:crypto";
import { inTransaction } from "@opl/postgres";
import type { Transaction } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commit, fact, openStage, outboxOf, psuId } from "../test/stage.ts";
import type { Effects, Stage } from "../test/stage.ts";
import { handledEvent, publish } from "./outbox.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage[Symbol.asyncDispose]());

const rowsAbout = async (subject: string) => (await outboxOf(stage.producer.database)).filter((row) => row.aggregateId === subject);

describe("publish", () => {
  it("DR-P1 records the fact with the change or not at all", async () => {
    const { db } = stage.producer.database;
    const [kept, lost] = [randomUUID(), randomUUID()];
    await commit(stage.producer.database, fact(kept));
    const undone = inTransaction(db, async (tx) => {
      await publish(tx, fact(lost));
      throw new Error("the change failed");
    });
    await expect(undone).rejects.toThrow("the change failed");
    expect([await rowsAbout(kept), await rowsAbout(lost)].map((rows) => rows.length)).toEqual([1, 0]);
    // The failed attempt left no hole either.
    await commit(stage.producer.database, fact(lost));
    expect((await rowsAbout(lost)).map((row) => row.aggregateVersion)).toEqual([1n]);
  });

  it("DR-P1 refuses to publish outside a transaction", async () => {
    await expect(publish(stage.producer.database.db as unknown as Transaction<Effects>, fact())).rejects.toMatchObject({
      code: "ERR_PUBLISH_OUTSIDE_TRANSACTION",
    });
  });

  it("DR-P2 takes a fact with a known id once: in one call, in two transactions, in two at the same time", async () => {
    const { database } = stage.producer;
    const subject = randomUUID();
    const [first, second, third] = [randomUUID(), randomUUID(), randomUUID()];
    await commit(database, fact(subject, { id: first }), fact(subject, { id: first }), fact(subject, { id: second }));
    await commit(database, fact(subject, { id: second }), fact(subject, { id: third }));
    await Promise.all(Array.from({ length: 6 }, () => commit(database, fact(subject, { id: third }), fact(subject, { id: first }))));
    const rows = await rowsAbout(subject);
    expect(rows.map((row) => [row.eventId, row.aggregateVersion])).toEqual([
      [first, 1n],
      [second, 2n],
      [third, 3n],
    ]);
  });

  it("DR-P6 gives gapless versions to each aggregate under parallel writers, some of which fail", async () => {
    const { db } = stage.producer.database;
    const subjects = [randomUUID(), randomUUID(), randomUUID()];
    const writer = async (number: number): Promise<void> => {
      for (let turn = 0; turn < 6; turn += 1) {
        // In changing order, so that writers would wait for each other in a circle if locks had no order.
        const batch = subjects.map((_, i) => fact(subjects[(i + number + turn) % 3] as string));
        await inTransaction(db, async (tx) => {
          await publish(tx, batch);
          if ((number + turn) % 4 === 0) throw new Error("rolled back");
        }).catch((error: unknown) => expect(error).toMatchObject({ message: "rolled back" }));
      }
    };
    await Promise.all(Array.from({ length: 6 }, (_, number) => writer(number)));
    for (const subject of subjects) {
      const versions = (await rowsAbout(subject)).map((row) => row.aggregateVersion).toSorted((a, b) => Number(a - b));
      expect(versions).toEqual(versions.map((_, i) => BigInt(i + 1)));
      expect(versions.length).toBeGreaterThan(20);
    }
  });

  it("keeps the order of one call and counts each aggregate for itself", async () => {
    const [a, b] = [randomUUID(), randomUUID()];
    await commit(stage.producer.database, fact(a), fact(b), fact(a), fact(a), fact(b));
    const rows = (await outboxOf(stage.producer.database)).filter((row) => row.aggregateId === a || row.aggregateId === b);
    expect(rows.map((row) => [row.aggregateId === a ? "a" : "b", row.aggregateVersion])).toEqual([
      ["a", 1n],
      ["b", 1n],
      ["a", 2n],
      ["a", 3n],
      ["b", 2n],
    ]);
  });

  it("refuses what the contract does not allow before anything is written", async () => {
    const { database } = stage.producer;
    const subject = randomUUID();
    const good = fact(subject);
    const bad = [
      { ...good, data: { ...good.data, aspspId: "NOT AN ID" } },
      { ...good, psuId: null },
      { ...good, psuId: "somebody" },
      { ...good, id: "not-a-uuid" },
      { ...good, subject: "" },
    ];
    for (const event of bad) await expect(commit(database, fact(subject), event)).rejects.toMatchObject({ code: "ERR_EVENT_INVALID" });
    await expect(commit(database, fact(subject, { note: "x".repeat(1_000_000) }))).rejects.toMatchObject({ code: "ERR_EVENT_TOO_LARGE" });
    expect(await rowsAbout(subject)).toEqual([]);
  });

  it("drops fields the contract does not know", async () => {
    const subject = randomUUID();
    const event = fact(subject);
    await commit(stage.producer.database, { ...event, data: { ...event.data, accessToken: "canary" } as typeof event.data });
    expect((await rowsAbout(subject))[0]?.data).not.toContain("canary");
  });

  it("names the event being handled as cause and carries its journey on", async () => {
    const subject = randomUUID();
    const cause = { id: randomUUID(), correlationid: "journey-1" };
    await handledEvent.run(cause, () => commit(stage.producer.database, fact(subject), { ...fact(subject), causationId: null, correlationId: "mine" }));
    expect((await rowsAbout(subject)).map((row) => [row.causationId, row.correlationId, row.psuId])).toEqual([
      [cause.id, "journey-1", psuId],
      [null, "mine", psuId],
    ]);
  });
});

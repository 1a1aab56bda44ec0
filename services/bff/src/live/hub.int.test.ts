import { eventually, silentLogger, testDatabase } from "@opl/testkit";
import type { TestDatabase } from "@opl/testkit";
import { newId, systemClock } from "@opl/service";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appendLiveEvents } from "../db/live-store.ts";
import type { Tables } from "../db/tables.ts";
import { aHint as event } from "../../test/hint.ts";
import { openStreamHub } from "./hub.ts";
import type { Sink, StreamHub, StreamHubOptions } from "./hub.ts";

/** A browser's end that notes what it is sent and reads as much as it is told to. */
interface TestSink extends Sink {
  readonly written: string[];
  unread: number;
  state: "open" | "ended" | "cut";
}

function sinkThatReads(unread = 0): TestSink {
  const sink: TestSink = {
    written: [],
    unread,
    state: "open",
    write: (text) => void sink.written.push(text),
    waiting: () => sink.unread,
    end: () => void (sink.state = "ended"),
    cut: () => void (sink.state = "cut"),
  };
  return sink;
}

describe("all open streams of a process", () => {
  let database: TestDatabase<Tables>;
  beforeAll(async () => {
    database = await testDatabase<Tables>({ service: "bff" });
  });
  afterAll(() => database[Symbol.asyncDispose]());

  const hubWith = (options: Partial<StreamHubOptions> = {}): StreamHub =>
    openStreamHub({ db: database.database.db, clock: systemClock, logger: silentLogger(), sessionLongestHours: 12, ...options });
  const append = (psuId: string | null, count = 1, now = systemClock.now()): Promise<void> =>
    database.database.db.transaction().execute((tx) =>
      appendLiveEvents(
        tx,
        Array.from({ length: count }, () => ({ psuId, event })),
        now,
      ),
    );
  const session = async (): Promise<{ psuId: string; sessionId: string }> => {
    const [psuId, sessionId, now] = [newId(), newId(), systemClock.now()];
    const times = { createdAt: now, updatedAt: now };
    await database.database.db
      .insertInto("people")
      .values({ id: psuId, name: "n", email: `${psuId}@example.fi`, emailVerified: false, image: null, ...times })
      .execute();
    await database.database.db
      .insertInto("sessions")
      .values({
        id: sessionId,
        userId: psuId,
        token: newId().replaceAll("-", "").padEnd(43, "x"),
        ipAddress: null,
        userAgent: null,
        expiresAt: now.add({ hours: 1 }),
        ...times,
      })
      .execute();
    return { psuId, sessionId };
  };

  it("cuts off a browser that does not read, and only that one (US-29)", async () => {
    await using hub = hubWith({ limits: { perPerson: 5, inAll: 10, unreadBytes: 1_000 } });
    const who = await session();
    const [reader, sleeper] = [sinkThatReads(), sinkThatReads()];
    await hub.open({ ...who, lastEventId: undefined }, reader);
    await hub.open({ ...who, lastEventId: undefined }, sleeper);
    sleeper.unread = 1_001;
    await append(who.psuId);
    hub.wake();
    await eventually(() => sleeper.state === "cut");
    expect([reader.state, hub.size]).toEqual(["open", 1]);
  });

  it("shows quiet streams that it is still there, and cuts who does not even read that", async () => {
    await using hub = hubWith({ commentMs: 20, limits: { perPerson: 5, inAll: 10, unreadBytes: 1_000 } });
    const sink = sinkThatReads();
    await hub.open({ ...(await session()), lastEventId: undefined }, sink);
    await eventually(() => sink.written.some((text) => text.startsWith(": still here")));
    sink.unread = 2_000;
    await eventually(() => sink.state === "cut");
  });

  it("begins with a time to wait before coming back that differs from browser to browser (US-29)", async () => {
    await using hub = hubWith({ limits: { perPerson: 50, inAll: 50, unreadBytes: 1_000 } });
    const who = await session();
    const sinks = Array.from({ length: 20 }, () => sinkThatReads());
    for (const sink of sinks) await hub.open({ ...who, lastEventId: undefined }, sink);
    const waits = sinks.map(({ written }) => /^retry: (\d+)\n/.exec(written[0] ?? "")?.[1]);
    expect(new Set(waits).size).toBeGreaterThan(1);
    expect(waits.every((wait) => Number.parseInt(wait ?? "0", 10) >= 1_000)).toBe(true);
  });

  it("begins a little earlier than now, so that nothing between a page's questions and its stream is lost", async () => {
    await using hub = hubWith();
    const who = await session();
    await append(who.psuId, 1, systemClock.now().subtract({ minutes: 5 }));
    await append(who.psuId, 2, systemClock.now().subtract({ seconds: 5 }));
    const sink = sinkThatReads();
    await hub.open({ ...who, lastEventId: undefined }, sink);
    await eventually(() => sink.written.filter((text) => text.includes("event: change")).length === 2);
  });

  it("tells who was away for very long to ask for everything again", async () => {
    await using hub = hubWith();
    const who = await session();
    await append(who.psuId, 1);
    const { id } = await database.database.db.selectFrom("liveEvents").select("id").where("psuId", "=", who.psuId).executeTakeFirstOrThrow();
    await append(who.psuId, 500);
    const sink = sinkThatReads();
    await hub.open({ ...who, lastEventId: String(id) }, sink);
    expect(sink.written[1]).toBe("id\nevent: reset\ndata: {}\n\n");
  });

  it("catches up with more than it reads at once, in order and once each", async () => {
    await using hub = hubWith();
    const who = await session();
    const sink = sinkThatReads();
    await hub.open({ ...who, lastEventId: undefined }, sink);
    await append(who.psuId, 450);
    hub.wake();
    const ids = (): bigint[] => sink.written.flatMap((text) => /^id: (\d+)\n/.exec(text)?.[1] ?? []).map(BigInt);
    await eventually(() => ids().length >= 450);
    expect(ids()).toEqual([...new Set(ids())].toSorted((a, b) => (a < b ? -1 : 1)));
    expect(ids()).toHaveLength(450);
  });

  it("limits all streams together and opens none after closing", async () => {
    await using hub = hubWith({ limits: { perPerson: 5, inAll: 2, unreadBytes: 1_000 } });
    const sinks = [sinkThatReads(), sinkThatReads()];
    for (const sink of sinks) await hub.open({ ...(await session()), lastEventId: undefined }, sink);
    await expect(hub.open({ ...(await session()), lastEventId: undefined }, sinkThatReads())).rejects.toMatchObject({ code: "ERR_TOO_MANY_STREAMS" });
    hub.close();
    expect(sinks.map(({ state }) => state)).toEqual(["ended", "ended"]);
    await expect(hub.open({ ...(await session()), lastEventId: undefined }, sinkThatReads())).rejects.toMatchObject({ code: "ERR_TOO_MANY_STREAMS" });
  });

  it("forgets a stream whose browser has gone", async () => {
    await using hub = hubWith();
    const leave = await hub.open({ ...(await session()), lastEventId: undefined }, sinkThatReads());
    expect(hub.size).toBe(1);
    leave();
    leave();
    expect(hub.size).toBe(0);
  });

  it("ends the streams of a session that expired or grew too old", async () => {
    const [expired, old, good] = [await session(), await session(), await session()];
    const { db } = database.database;
    await db
      .updateTable("sessions")
      .set({ expiresAt: systemClock.now().subtract({ seconds: 1 }) })
      .where("id", "=", expired.sessionId)
      .execute();
    await db
      .updateTable("sessions")
      .set({ createdAt: systemClock.now().subtract({ hours: 13 }) })
      .where("id", "=", old.sessionId)
      .execute();
    await using hub = hubWith({ sessionCheckMs: 50 });
    const sinks = [sinkThatReads(), sinkThatReads(), sinkThatReads()] as const;
    await Promise.all([expired, old, good].map((who, index) => hub.open({ ...who, lastEventId: undefined }, sinks[index] as TestSink)));
    await eventually(() => sinks[0].state === "ended" && sinks[1].state === "ended");
    expect(sinks[0].written.at(-1)).toBe("event: signed-out\ndata: {}\n\n");
    expect(sinks[2].state).toBe("open");
  });
});

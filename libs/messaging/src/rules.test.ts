import { errorKinds } from "@opl/errors";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contractOf, fromMessage, natsServerConfig, reactionOfKind, redeliveryDelayMs, toMessage } from "./index.ts";
import { headersOf } from "./event-message.ts";
import { differingBuckets } from "./reconciler.ts";
import { decide } from "./version-gate.ts";
import { fact } from "../test/stage.ts";

describe("the version gate", () => {
  it("DR-C4 whatever the order and the repetitions, with parked ones coming again each version is applied once, in turn", () => {
    const versions = fc
      .integer({ min: 1, max: 12 })
      .chain((n) => fc.array(fc.integer({ min: 1, max: n }), { maxLength: 20 }).map((doubles) => [...Array.from({ length: n }, (_, i) => i + 1), ...doubles]));
    fc.assert(
      fc.property(
        versions.chain((all) => fc.shuffledSubarray(all, { minLength: all.length })),
        (arrived) => {
          const last = new Map<string, number>();
          const applied: number[] = [];
          let waiting = arrived;
          while (waiting.length > 0) {
            const before = applied.length;
            waiting = waiting.filter((version) => {
              const decision = decide(last, { aggregateId: "a", version, waitedLong: false });
              if (decision === "apply") applied.push(version);
              return decision === "park";
            });
            // Something always moves, so nothing waits for ever.
            if (waiting.length > 0) expect(applied.length).toBeGreaterThan(before);
          }
          expect(applied).toEqual(Array.from({ length: Math.max(...arrived) }, (_, i) => i + 1));
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it("takes the first fact of an unknown aggregate after a long wait, and never jumps over a gap of a known one", () => {
    const last = new Map([["known", 3]]);
    expect(decide(last, { aggregateId: "new", version: 7, waitedLong: false })).toBe("park");
    expect(decide(last, { aggregateId: "new", version: 7, waitedLong: true })).toBe("apply");
    expect(decide(last, { aggregateId: "known", version: 5, waitedLong: true })).toBe("park");
    expect(decide(last, { aggregateId: "known", version: 3, waitedLong: false })).toBe("ignore");
  });
});

describe("the message form", () => {
  const event = fact("c1");
  const contract = contractOf("consent.authorised");
  const row = {
    eventId: "0191f3c0-7d5b-7c2a-9a35-1b2f6d4c9e11",
    aggregateVersion: 7n,
    psuId: event.psuId,
    occurredAt: "2026-11-22T10:00:00.123456Z",
    traceparent: null,
    data: JSON.stringify(event.data),
  };

  it("gives back every attribute, whatever characters an id has", () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40, unit: "grapheme" }),
        fc.option(fc.string({ maxLength: 40, unit: "grapheme" })),
        (aggregateId, correlationId) => {
          const message = toMessage(contract, { ...row, aggregateId, correlationId, causationId: null });
          const read = fromMessage<"consent.authorised">(contract, headersOf(message.headers), message.payload);
          expect(read).toMatchObject({
            id: row.eventId,
            subject: aggregateId,
            correlationid: correlationId,
            causationid: null,
            aggregateversion: 7,
            time: row.occurredAt,
            data: event.data,
          });
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ["another type", { "ce-type": "consent.revoked" }],
    ["another producer", { "ce-source": "/opl/ingest" }],
    ["another version", { "ce-dataversion": "2" }],
    ["no version of the aggregate", { "ce-aggregateversion": "0" }],
    ["a person that is none", { "ce-psuid": "somebody" }],
    ["an id that is none", { "ce-id": "1" }],
  ])("TM-11 refuses %s", (_, changed) => {
    const message = toMessage(contract, { ...row, aggregateId: "c1", correlationId: null, causationId: null });
    expect(() => fromMessage(contract, { ...headersOf(message.headers), ...changed }, message.payload)).toThrow(
      expect.objectContaining({ code: "ERR_EVENT_INVALID" }),
    );
  });
});

describe("what becomes of a failed event", () => {
  it("is decided for every kind; trouble that is not the event’s is never given up", () => {
    expect(Object.keys(reactionOfKind).toSorted()).toEqual(errorKinds.toSorted());
    expect(errorKinds.filter((kind) => reactionOfKind[kind].action === "retry")).toEqual(["conflict", "rate-limited", "upstream", "unavailable"]);
  });

  it("DR-C6 waits longer each time, with a cap, or as long as was asked", () => {
    expect([1, 2, 3, 4, 5, 100].map((deliveries) => redeliveryDelayMs(deliveries))).toEqual([1_000, 5_000, 30_000, 120_000, 120_000, 120_000]);
    expect([redeliveryDelayMs(1, 7), redeliveryDelayMs(1, 1e9)]).toEqual([7_000, 3_600_000]);
  });
});

describe("DR-R1 which buckets differ", () => {
  const bucket = (from: string, count: number, hash: string) => ({ from, count, hash });
  const ours = [bucket("a", 1, "x"), bucket("b", 2, "y")];

  it.each([
    ["none", ours, []],
    ["another count", [bucket("a", 2, "x"), bucket("b", 2, "y")], ["a"]],
    ["another hash", [bucket("a", 1, "x"), bucket("b", 2, "z")], ["b"]],
    ["one that only they have", [...ours, bucket("c", 1, "x")], ["c"]],
    ["one that only we have", [bucket("b", 2, "y")], ["a"]],
    ["all of ours", [], ["a", "b"]],
  ])("%s", (_, theirs, differing) => {
    expect(differingBuckets(theirs, ours)).toEqual(differing);
  });
});

describe("natsServerConfig", () => {
  const base = { port: 4222, storeDir: "/data", users: [{ service: "consent", password: { variable: "CONSENT_PASSWORD" } }], operatorPassword: "secret" };

  it("names every user, takes passwords from variables, and knows no anonymous one", () => {
    const text = natsServerConfig(base);
    expect(text).toContain("password: $CONSENT_PASSWORD");
    expect(text).not.toMatch(/no_auth_user|sync_interval|include/);
    expect(natsServerConfig({ ...base, syncAlways: true })).toContain("sync_interval: always");
  });

  it("lets nothing break out of its quotes", () => {
    expect(() => natsServerConfig({ ...base, operatorPassword: 'a" } user: "x' })).toThrow(TypeError);
  });
});

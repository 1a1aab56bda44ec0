import { describe, expect, it } from "vitest";
import { hintData, liveEventOf } from "./hint.ts";

describe("a hint", () => {
  const envelope = {
    specversion: "1.0",
    id: "01a20000-0000-7000-8000-000000000001",
    type: "ingest.transactions-recorded",
    source: "/opl/ingest",
    time: "2026-11-22T10:00:00Z",
    subject: "s",
    aggregateversion: 1,
    dataversion: 1,
    psuid: "01a20000-0000-7000-8000-000000000002",
    correlationid: null,
    causationid: null,
    traceparent: null,
  } as const;

  it("says which fact and about what, and how many entries, but nothing of them", () => {
    const hint = liveEventOf({
      ...envelope,
      data: hintData.parse({
        accountId: "a",
        consentId: "c",
        syncId: "s",
        paymentOrderId: "o",
        psuId: "p",
        recorded: [{ amount: { amount: "canary" } }, {}],
        removed: [],
        name: "canary",
        amount: "canary",
      }),
    });
    expect(hint).toEqual({
      type: "ingest.transactions-recorded",
      at: "2026-11-22T10:00:00Z",
      accountId: "a",
      consentId: "c",
      syncId: "s",
      paymentOrderId: "o",
      aspspId: null,
      count: 2,
    });
  });

  it("of a fact about none of these has no ids", () => {
    expect(liveEventOf({ ...envelope, data: hintData.parse({}) })).toMatchObject({
      accountId: null,
      consentId: null,
      syncId: null,
      aspspId: null,
      count: null,
    });
  });

  it.each([null, "text", 1, [], { accountId: 7 }])("is not made of the data %j", (data) => {
    expect(hintData.safeParse(data).success).toBe(false);
  });
});

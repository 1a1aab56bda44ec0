import { describe, expect, it } from "vitest";
import { judgeKeyExport } from "./key-export.ts";
import type { KeyExportAction, KeyExportStatus } from "./key-export.ts";

const endsAt = Temporal.Instant.from("2026-11-28T10:15:00Z");
const [inTime, atTheEnd] = [endsAt.subtract({ seconds: 1 }), endsAt];
const judge = (status: KeyExportStatus, action: KeyExportAction, operator: string, now = inTime) =>
  judgeKeyExport({ status, requestedBy: "alice", endsAt }, { action, operator }, now);

describe("one asks, another approves, the first collects", () => {
  it.each<[KeyExportStatus, KeyExportAction, string, object]>([
    ["requested", "approve", "bob", { becomes: "approved" }],
    ["requested", "approve", "alice", { refusal: "operator" }],
    ["approved", "collect", "alice", { becomes: "collected" }],
    ["approved", "collect", "bob", { refusal: "operator" }],
    ["requested", "collect", "alice", { refusal: "state" }],
    ["approved", "approve", "carol", { refusal: "state" }],
    ["requested", "refuse", "bob", { becomes: "refused" }],
    ["requested", "refuse", "alice", { becomes: "refused" }],
    ["approved", "refuse", "carol", { becomes: "refused" }],
  ])("%s, %s by %s", (status, action, operator, expected) => expect(judge(status, action, operator)).toEqual(expected));

  it.each<KeyExportStatus>(["refused", "collected", "expired"])("nothing follows %s", (status) => {
    for (const action of ["approve", "refuse", "collect"] as const)
      for (const operator of ["alice", "bob"]) expect(judge(status, action, operator)).toEqual({ refusal: status === "expired" ? "expired" : "state" });
  });

  it("ends to the second, whatever it was waiting for", () => {
    for (const [status, action, operator] of [
      ["requested", "approve", "bob"],
      ["approved", "collect", "alice"],
      ["requested", "refuse", "bob"],
    ] as const)
      expect(judge(status, action, operator, atTheEnd)).toEqual({ refusal: "expired" });
  });
});

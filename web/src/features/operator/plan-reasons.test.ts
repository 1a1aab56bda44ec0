import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { knownReasons, reasonParts } from "./plan-reasons.ts";

describe("the reason of an action", () => {
  it("is read sentence by sentence, and what the bank said stays as it is", () => {
    expect(reasonParts("Not registered yet. The last attempt failed: The bank refused: no such role.")).toEqual([
      "not-registered",
      "failed",
      { said: "The bank refused: no such role." },
    ]);
    expect(reasonParts("Under way, at submission. Other terms are wanted and follow when it is through.")).toEqual(["under-way", "terms-follow"]);
  });

  it("is not taken for one that begins alike", () => {
    expect(reasonParts("The bank's own record differs from what we registered.")).toEqual(["drifted"]);
    expect(reasonParts("The bank's own record differs from what we registered; the document wants this told, not repaired.")).toEqual(["drifted-told"]);
  });

  it("stays as it is where it is not known", () => {
    expect(reasonParts("The moon is full. Not registered yet.")).toEqual([{ said: "The moon is full. Not registered yet." }]);
    expect(reasonParts("")).toEqual([]);
  });

  it("is known by what the registry says", () => {
    const registry = readFileSync(new URL("../../../../services/tpp-registry/src/domain/plan.ts", import.meta.url), "utf8");
    for (const [pattern] of knownReasons) expect(registry).toMatch(pattern);
  });
});

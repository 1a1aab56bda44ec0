import { describe, expect, it } from "vitest";
import { keep } from "./index.ts";

describe("a bounded memory", () => {
  it("forgets what was set longest ago when there is no room", () => {
    const kept = keep<number>(2);
    kept.set("a", 1);
    kept.set("b", 2);
    kept.set("a", 3);
    kept.set("c", 4);
    expect([kept.get("a"), kept.get("b"), kept.get("c"), kept.size]).toEqual([3, undefined, 4, 2]);
  });

  it("forgets what it is told to", () => {
    const kept = keep<number>(2);
    kept.set("a", 1);
    kept.delete("a");
    expect([kept.get("a"), kept.size]).toEqual([undefined, 0]);
  });
});

import { describe, expect, it } from "vitest";
import { isWebAddress } from "./leave-for-bank.ts";

describe("where a browser may be sent", () => {
  it("is a web page and nothing else", () => {
    expect(["https://bank.example/authorize", "http://localhost:9443/a"].every(isWebAddress)).toBe(true);
    expect(["javascript:alert(1)", "data:text/html,x", "/relative", ""].some(isWebAddress)).toBe(false);
  });
});

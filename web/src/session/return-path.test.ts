import { describe, expect, it } from "vitest";
import { safeReturnPath } from "./return-path.ts";

const origin = "https://opl.example";

describe("where to go after signing in (US-17)", () => {
  it("keeps our own pages with their filter", () => {
    expect(safeReturnPath("/transactions?q=prisma", origin)).toBe("/transactions?q=prisma");
    expect(safeReturnPath("/insights", origin)).toBe("/insights");
    expect(safeReturnPath("/operator/certificates", origin)).toBe("/operator/certificates");
    expect(safeReturnPath("/connect/op-sandbox?renews=1", origin)).toBe("/connect/op-sandbox?renews=1");
  });

  it.each([
    "//evil.example",
    "\\\\evil.example",
    "/\\evil.example",
    "https:evil",
    "https://evil.example/insights",
    "javascript:alert(1)",
    "/%2f%2fevil.example",
    "insights",
    "/nowhere",
    "/connect/return/op",
    "/transactions/../api/me",
    "",
    7,
    undefined,
  ])("goes to the overview for %s", (wanted) => expect(safeReturnPath(wanted, origin)).toBe("/"));
});

import { describe, expect, it } from "vitest";
import { formatCursor, parseCursor } from "./page-cursor.ts";

const readId = "01a20726-6115-7a17-9cf1-1783084d828b";

describe("a cursor", () => {
  it("comes back as it went", () => {
    expect(parseCursor(formatCursor({ readId, page: 17 }))).toEqual({ readId, page: 17 });
  });
  it.each([
    "",
    ".",
    readId,
    `${readId}.`,
    `${readId}.0`,
    `${readId}.-1`,
    `${readId}.1e3`,
    `${readId}.12345`,
    `${readId}.2 `,
    `x${readId}.2`,
    `${readId.toUpperCase()}.2`,
  ])("%j is none of ours", (text) => {
    expect(parseCursor(text)).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import { isFresh, sentAgainAt } from "./own-certificate.ts";

const at = (text: string) => Temporal.Instant.from(text);
const life = (notBefore: string, notAfter: string) => ({ notBefore: at(notBefore), notAfter: at(notAfter) });

describe("a certificate that may be built upon", () => {
  it.each([
    ["2026-11-28T00:00:00Z", true],
    ["2027-12-01T00:00:00Z", true],
    ["2027-12-02T00:00:00Z", false],
    ["2028-02-01T00:00:00Z", false],
  ])("of a year and a month more: on %s %s", (now, fresh) => {
    expect(isFresh(life("2026-11-28T00:00:00Z", "2028-01-01T00:00:00Z"), at(now))).toBe(fresh);
  });

  it("of six hours: while more than three are left", () => {
    const short = life("2026-11-28T00:00:00Z", "2026-11-28T06:00:00Z");
    expect([isFresh(short, at("2026-11-28T02:59:59Z")), isFresh(short, at("2026-11-28T03:00:00Z"))]).toEqual([true, false]);
  });
});

it.each([
  [1, undefined, "00:00:05Z"],
  [2, undefined, "00:00:10Z"],
  [10, undefined, "00:42:40Z"],
  [11, undefined, "01:00:00Z"],
  [10_000, undefined, "01:00:00Z"],
  [11, 30, "00:00:30Z"],
  [1, 7_200, "02:00:00Z"],
])("a request sent %s times in vain, with %s seconds from the provider, is sent again at %s", (attempts, retryAfterSeconds, then) => {
  expect(sentAgainAt(attempts, retryAfterSeconds, at("2026-11-28T00:00:00Z"))).toEqual(at(`2026-11-28T${then}`));
});

import { describe, expect, it } from "vitest";
import { base32, newTotpSecret, stepOfCode, totpCode, totpUri } from "./totp.ts";

const secret = Buffer.from("12345678901234567890");

describe("codes of an authenticator app", () => {
  it.each([
    ["1970-01-01T00:00:59Z", "287082"],
    ["2005-03-18T01:58:29Z", "081804"],
    ["2005-03-18T01:58:31Z", "050471"],
    ["2009-02-13T23:31:30Z", "005924"],
    ["2033-05-18T03:33:20Z", "279037"],
    ["2603-10-11T11:33:20Z", "353130"],
  ])("at %s is %s (RFC 6238, appendix B)", (at, code) => {
    const now = Temporal.Instant.from(at);
    expect(totpCode(secret, Math.floor(now.epochMilliseconds / 30_000))).toBe(code);
    expect(stepOfCode(secret, code, now)).toBe(Math.floor(now.epochMilliseconds / 30_000));
  });

  it("are taken one step around now and no further", () => {
    const now = Temporal.Instant.from("2026-11-29T12:00:00Z");
    const step = now.epochMilliseconds / 30_000;
    const taken = [-2, -1, 0, 1, 2].map((away) => stepOfCode(secret, totpCode(secret, step + away), now));
    expect(taken).toEqual([undefined, step - 1, step, step + 1, undefined]);
    for (const code of ["", "1234567", "abcdef"]) expect(stepOfCode(secret, code, now)).toBeUndefined();
  });

  it("come from a secret of 160 bits that an app can read", () => {
    expect(base32(secret)).toBe("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    expect(base32(Buffer.from("f"))).toBe("MY");
    expect(newTotpSecret()).toHaveLength(20);
    expect(totpUri(secret, "aino@example.fi")).toBe(
      "otpauth://totp/One%20Point%20Ledger:aino%40example.fi?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=One%20Point%20Ledger",
    );
  });
});

import { TOTP } from "otpauth";
import { describe, expect, it } from "vitest";
import { newTotpSecret, stepOfCode, totpForms } from "./totp.ts";

const secret = Buffer.from("12345678901234567890");
const base32 = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

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
    expect(stepOfCode(secret, code, now)).toBe(Math.floor(now.epochMilliseconds / 30_000));
  });

  it("are taken one step around now and no further", () => {
    const now = Temporal.Instant.from("2026-11-29T12:00:00Z");
    const step = now.epochMilliseconds / 30_000;
    const app = new TOTP({ secret: base32 });
    const taken = [-2, -1, 0, 1, 2].map((away) => stepOfCode(secret, app.generate({ timestamp: now.epochMilliseconds + away * 30_000 }), now));
    expect(taken).toEqual([undefined, step - 1, step, step + 1, undefined]);
    for (const code of ["", "1234567", "abcdef"]) expect(stepOfCode(secret, code, now)).toBeUndefined();
  });

  it("come from a secret of 160 bits that an app can read", () => {
    expect(newTotpSecret()).toHaveLength(20);
    expect(totpForms(secret, "aino@example.fi")).toEqual({
      secret: base32,
      uri: `otpauth://totp/One%20Point%20Ledger:aino%40example.fi?issuer=One%20Point%20Ledger&secret=${base32}&algorithm=SHA1&digits=6&period=30`,
    });
  });
});

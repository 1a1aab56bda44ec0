import { describe, expect, it } from "vitest";
import type { EidasCertificate } from "@opl/eidas";
import { chooseQsealc, chooseQwac } from "./keys.ts";
import type { TppKey } from "./keys.ts";

const now = Temporal.Instant.from("2026-11-22T10:00:00Z");
const key = (kid: string, purpose: "qwac" | "qsealc", algorithm: string, end = "2031-01-01T00:00:00Z", start = "2026-01-01T00:00:00Z"): TppKey => ({
  jwk: { kty: "EC" },
  kid,
  algorithm,
  purpose,
  certificate: { notBefore: Temporal.Instant.from(start), notAfter: Temporal.Instant.from(end) } as EidasCertificate,
  chainPem: [],
});

describe("which key is used", () => {
  const generated = [key("w1", "qwac", "RS256"), key("s1", "qsealc", "ES256"), key("w2", "qwac", "ES256"), key("s2", "qsealc", "PS256")];

  it("the first QWAC, and the QSealC of the algorithm wanted most", () => {
    expect(chooseQwac(generated, now).kid).toBe("w1");
    expect(chooseQsealc(generated, ["RS256", "PS256", "ES256"], now)).toMatchObject({ key: { kid: "s2" }, algorithm: "PS256" });
    expect(chooseQsealc(generated, ["ES256"], now)).toMatchObject({ key: { kid: "s1" }, algorithm: "ES256" });
  });

  it("an RSA QSealC signs RS256 although its key set notes PS256, when no other is wanted", () => {
    const seal: TppKey = { ...key("s", "qsealc", "PS256"), jwk: { kty: "RSA", use: "sig", alg: "PS256" } };
    expect(chooseQsealc([seal], ["RS256", "PS256"], now)).toMatchObject({ algorithm: "PS256" });
    expect(chooseQsealc([seal], ["RS256"], now)).toMatchObject({ key: { kid: "s" }, algorithm: "RS256" });
  });

  it("OA-72 the second certificate when the first has run out or is not valid yet", () => {
    const rotated = [
      key("old", "qwac", "RS256", "2026-11-01T00:00:00Z"),
      key("early", "qwac", "RS256", "2031-01-01T00:00:00Z", "2026-12-01T00:00:00Z"),
      key("new", "qwac", "RS256"),
    ];
    expect(chooseQwac(rotated, now).kid).toBe("new");
  });

  it("none at all is said plainly", () => {
    expect(() => chooseQwac([key("s", "qsealc", "RS256")], now)).toThrow(/no valid QWAC/);
    expect(() => chooseQsealc([key("s", "qsealc", "ES256")], ["RS256"], now)).toThrow(/no valid QSealC/);
    expect(() => chooseQsealc([key("s", "qsealc", "RS256", "2026-11-22T10:00:00Z")], ["RS256"], now)).toThrow(/no valid QSealC/);
  });
});

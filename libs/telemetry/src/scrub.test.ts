import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createLogger, scrub } from "./index.ts";

const jws = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl";
const iban = "FI2112345600000785";

describe("scrub", () => {
  it.each([
    ["a bearer token", "Authorization: Bearer abc.def-123456", "Authorization: Bearer [redacted]"],
    ["a JWS anywhere", `refused ${jws} at the bank`, "refused [token] at the bank"],
    ["an IBAN", `account ${iban} not found`, "account [iban] not found"],
    ["an IBAN in groups", "account FI21 1234 5600 0007 85 not found", "account [iban] not found"],
    ["a password in a URL", "postgres://consent:hunter2@db:5432/opl", "postgres://consent:[redacted]@db:5432/opl"],
    ["a secret member", '{"refresh_token":"r-1","scope":"accounts"}', '{"refresh_token":"[redacted]","scope":"accounts"}'],
    ["a value with quotes inside", String.raw`{"password":"a\"b","x":1}`, '{"password":"[redacted]","x":1}'],
    ["JSON inside a string", String.raw`{"body":"{\"access_token\":\"at-1\",\"x\":2}"}`, String.raw`{"body":"{\"access_token\":\"[redacted]\",\"x\":2}"}`],
    ["the address of a person", '{"ipAddress":"192.0.2.1"}', '{"ipAddress":"[redacted]"}'],
  ])("masks %s", (_, line, masked) => {
    expect(scrub(line)).toBe(masked);
  });

  it.each([
    '{"consentId":"0191f3c0-7d5b-7c2a-9a35-1b2f6d4c9e11","status":"valid"}',
    '{"errorCode":"ERR_TOKEN_INVALID","aspspId":"op-fi"}',
    '{"organizationIdentifier":"PSDFI-FINFSA-29884997","bic":"OKOYFIHH"}',
    '{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","at":"2026-11-22T10:00:00.000Z"}',
  ])("leaves alone what is no secret: %s", (line) => {
    expect(scrub(line)).toBe(line);
  });
});

describe("createLogger", () => {
  function capture() {
    const lines: string[] = [];
    const destination = new Writable({ write: (chunk: Buffer, _, done) => (lines.push(chunk.toString()), done()) });
    return { lines, destination };
  }

  it("G-16 writes one JSON object a line and lets no secret through, wherever it hides", () => {
    const { lines, destination } = capture();
    const logger = createLogger({ name: "bank-gateway", destination }).child({ subsystem: "egress" });
    const cause = new Error(`answer with ${jws}`);
    logger.warn(
      {
        headers: { authorization: `Bearer ${jws}`, cookie: "sid=canary-1" },
        deep: { er: { token: "canary-2" } },
        list: [{ iban }],
        err: new Error("canary is IBAN " + iban, { cause }),
      },
      `for ${iban}`,
    );
    const line = lines.join("");
    for (const canary of [jws, "canary-1", "canary-2", iban]) expect(line).not.toContain(canary);
    expect(JSON.parse(line)).toMatchObject({ level: "warn", name: "bank-gateway", subsystem: "egress", msg: "for [iban]" });
  });

  it("tells an error with code, kind, public details and causes", async () => {
    const { OplError } = await import("@opl/errors");
    const { lines, destination } = capture();
    createLogger({ name: "x", destination }).error({
      err: new OplError({ code: "ERR_X", kind: "upstream", message: "m", details: { a: 1 }, cause: new TypeError("below") }),
    });
    expect(JSON.parse(lines.join(""))).toMatchObject({
      err: { code: "ERR_X", kind: "upstream", details: { a: 1 }, cause: { type: "TypeError", message: "below" } },
    });
  });

  it("stays below its level", () => {
    const { lines, destination } = capture();
    createLogger({ name: "x", level: "warn", destination }).info("quiet");
    expect(lines).toEqual([]);
  });
});

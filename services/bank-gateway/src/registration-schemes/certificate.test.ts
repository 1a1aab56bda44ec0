import { describe, expect, it } from "vitest";
import type { BankCalls, CallInput } from "../adapters/bank-adapter.ts";
import { translateBerlinGroupRefusal } from "../standards/berlin-group/refusal.ts";
import { certificateScheme } from "./certificate.ts";
import type { AtBankAsClient } from "./scheme.ts";

const scheme = certificateScheme({ consentsUrl: "https://xs2a.bank.example/v1/consents" });
let ids = 0;

/** A bank with one answer to everything. */
function bankSaying(status: number, json: unknown) {
  const asked: CallInput[] = [];
  const calls: BankCalls = async (input) => {
    asked.push(input);
    if (status < 300) return { status, json, headers: {}, rawHash: "", receivedAt: Temporal.Instant.fromEpochMilliseconds(0) };
    throw translateBerlinGroupRefusal(status, json, {});
  };
  const at = { calls, newJti: () => `id-${(ids += 1)}` } as unknown as AtBankAsClient;
  return { at, asked };
}
const message = (code: string) => ({ tppMessages: [{ category: "ERROR", code, text: "x" }] });

describe("a bank that knows us by our certificate", () => {
  it("is asked for a consent that nobody made, a new one each time", async () => {
    const { at, asked } = bankSaying(403, message("CONSENT_UNKNOWN"));
    await scheme.validate(at, "accounts");
    await scheme.validate(at, "accounts");
    expect(asked.map(({ method, url }) => `${method} ${url.origin}${url.pathname.replace(/[^/]+$/, "")}`)).toEqual(
      Array.from({ length: 2 }, () => "GET https://xs2a.bank.example/v1/consents/"),
    );
    expect(new Set(asked.flatMap(({ url, headers }) => [url.href, headers?.["x-request-id"]])).size).toBe(4);
  });

  it.each([
    [403, message("CONSENT_UNKNOWN")],
    [400, message("CONSENT_UNKNOWN")],
    [404, message("RESOURCE_UNKNOWN")],
    [403, { type: "https://bank.example/problem", code: "CONSENT_UNKNOWN" }],
  ])("serves us when it says %i of it", async (status, json) => {
    await expect(scheme.validate(bankSaying(status, json).at, "accounts")).resolves.toBeUndefined();
    await expect(scheme.read(bankSaying(status, json).at)).resolves.toEqual({ standing: "unreadable", client: null });
  });

  it.each([[message("TOKEN_UNKNOWN")], [undefined], [message("FORMAT_ERROR")]])("is registering us while it says 401: that is tried again", async (json) => {
    await expect(scheme.validate(bankSaying(401, json).at, "accounts")).rejects.toMatchObject({
      code: "ERR_REGISTRATION_PENDING_AT_ASPSP",
      kind: "unavailable",
      retryAfterSeconds: 2,
    });
  });

  it.each(["CERTIFICATE_INVALID", "CERTIFICATE_EXPIRED", "CERTIFICATE_BLOCKED", "CERTIFICATE_REVOKED", "CERTIFICATE_MISSING"])(
    "refuses us for good with %s",
    async (code) => {
      await expect(scheme.validate(bankSaying(401, message(code)).at, "accounts")).rejects.toMatchObject({
        code: "ERR_ASPSP_REJECTED",
        kind: "rejected",
        message: expect.stringContaining(code),
        details: { status: 401, reason: code },
      });
      await expect(scheme.read(bankSaying(401, message(code)).at)).resolves.toEqual({ standing: "unknown", client: null });
    },
  );

  it("refuses a role for good, which says nothing about whether it knows us", async () => {
    const refused = { code: "ERR_ASPSP_REJECTED", message: expect.stringContaining("role"), details: { reason: "ROLE_INVALID" } };
    await expect(scheme.validate(bankSaying(401, message("ROLE_INVALID")).at, "accounts")).rejects.toMatchObject(refused);
    await expect(scheme.read(bankSaying(401, message("ROLE_INVALID")).at)).rejects.toMatchObject(refused);
  });

  it("proves nothing with an address that is not there, nor with a consent nobody made", async () => {
    await expect(scheme.validate(bankSaying(404, undefined).at, "accounts")).rejects.toMatchObject({ code: "ERR_ASPSP_REJECTED", kind: "rejected" });
    await expect(scheme.validate(bankSaying(200, {}).at, "accounts")).rejects.toMatchObject({ code: "ERR_ASPSP_PROTOCOL" });
  });
});

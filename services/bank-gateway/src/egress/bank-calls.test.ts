import { describe, expect, it } from "vitest";
import { errors } from "../errors.ts";
import { translateOpRefusal } from "../standards/op/refusal.ts";
import { createBankCalls, hashOf } from "./bank-calls.ts";
import type { CallsOptions } from "./bank-calls.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";

const url = new URL("https://api.bank.example/accounts");
const answerOf = (change: Partial<BankAnswer> = {}): BankAnswer => ({
  status: 200,
  headers: { "content-type": "application/json" },
  body: Buffer.from("[]"),
  receivedAt: Temporal.Instant.from("2026-11-22T10:00:00Z"),
  interactionId: "i",
  certificateThumbprint: "t",
  ...change,
});

function setUp(answers: (BankAnswer | Error)[], more: Partial<CallsOptions> = {}) {
  const sent: BankRequest[] = [];
  const calls = createBankCalls({
    adapter: { callHeaders: (apiKey) => ({ accept: "application/json", "x-api-key": apiKey }), translateRefusal: translateOpRefusal },
    egress: async (request) => {
      sent.push(request);
      const answer = answers[sent.length - 1] ?? answerOf();
      if (answer instanceof Error) throw answer;
      return answer;
    },
    apiKey: "key",
    identified: true,
    token: { accessToken: "secret", origins: ["https://api.bank.example"] },
    ...more,
  });
  return { calls, sent };
}

const lost = errors.ERR_ASPSP_UNAVAILABLE({ details: { reason: "connection" } });

describe("calls to a bank", () => {
  it("OA-65 TM-02 a token goes to its own origins only, and the request is not even made", async () => {
    const { calls, sent } = setUp([]);
    for (const elsewhere of ["https://evil.example/accounts", "https://api.bank.example:444/accounts", "http://api.bank.example/accounts"]) {
      await expect(calls({ operation: "x", method: "GET", url: new URL(elsewhere) })).rejects.toMatchObject({ code: "ERR_ASPSP_ORIGIN_REFUSED" });
    }
    expect(sent).toEqual([]);
  });

  it("carries key, token and body type; the caller sets no authorization", async () => {
    const { calls, sent } = setUp([]);
    await calls({ operation: "x", method: "POST", url, body: { type: "application/jwt", text: "a.b.c" } });
    expect(sent[0]).toMatchObject({
      headers: { accept: "application/json", "x-api-key": "key", authorization: "Bearer secret", "content-type": "application/jwt" },
      body: "a.b.c",
    });
  });

  it("hands out the hash of the bytes that were archived", async () => {
    const body = Buffer.from("[ 1 ]");
    const { calls } = setUp([answerOf({ body })]);
    await expect(calls({ operation: "x", method: "GET", url })).resolves.toMatchObject({ json: [1], rawHash: hashOf(body) });
  });

  it("archives a refusal too, and translates it", async () => {
    const kept: number[] = [];
    const { calls } = setUp([answerOf({ status: 403, body: Buffer.from('{"type":"SECURITY","message":"Authorization gone"}') })], {
      archive: async (_request, answer) => {
        kept.push(answer.status);
      },
    });
    await expect(calls({ operation: "x", method: "GET", url })).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
    expect(kept).toEqual([403]);
  });

  it("BR-69 repeats a lost read once when it may, never a change", async () => {
    const counted: string[] = [];
    const beforeRepeat = async () => counted.push("again");
    const repeating = setUp([lost, answerOf()], { beforeRepeat });
    await expect(repeating.calls({ operation: "x", method: "GET", url })).resolves.toMatchObject({ status: 200 });
    expect(counted).toEqual(["again"]);
    const twice = setUp([lost, lost, answerOf()], { beforeRepeat });
    await expect(twice.calls({ operation: "x", method: "GET", url })).rejects.toBe(lost);
    expect(twice.sent).toHaveLength(2);
    const change = setUp([lost], { beforeRepeat });
    await expect(change.calls({ operation: "x", method: "DELETE", url })).rejects.toBe(lost);
    expect(change.sent).toHaveLength(1);
    const uncounted = setUp([lost]);
    await expect(uncounted.calls({ operation: "x", method: "GET", url })).rejects.toBe(lost);
    expect(uncounted.sent).toHaveLength(1);
    const slow = errors.ERR_ASPSP_UNAVAILABLE({ details: { reason: "timeout" } });
    const late = setUp([slow], { beforeRepeat });
    await expect(late.calls({ operation: "x", method: "GET", url })).rejects.toBe(slow);
    expect(late.sent).toHaveLength(1);
  });
});

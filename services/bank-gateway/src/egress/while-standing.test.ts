import { expect, it } from "vitest";
import { errors } from "../errors.ts";
import type { BankAnswer, BankRequest } from "./bank-request.ts";
import { whileStanding } from "./while-standing.ts";

const request: BankRequest = { operation: "x", method: "GET", url: new URL("https://api.bank.example/accounts"), headers: {}, identified: true };
const answer: BankAnswer = {
  status: 200,
  headers: {},
  body: Buffer.from("[]"),
  receivedAt: Temporal.Instant.from("2026-11-22T10:00:00Z"),
  interactionId: "i",
  certificateThumbprint: "t",
};

it("G-18 asks before every call but the first, at once too, and sends none that may not be made any more", async () => {
  let [asked, sent, standing] = [0, 0, true];
  const way = whileStanding(
    async () => {
      sent += 1;
      return answer;
    },
    async () => {
      asked += 1;
      if (!standing) throw errors.ERR_ASPSP_CONSENT_INVALID();
    },
  );
  await Promise.all([way(request), way(request), way(request)]);
  expect([asked, sent]).toEqual([2, 3]);
  standing = false;
  await expect(way(request)).rejects.toMatchObject({ code: "ERR_ASPSP_CONSENT_INVALID" });
  expect([asked, sent]).toEqual([3, 3]);
});

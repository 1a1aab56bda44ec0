import { expect, it } from "vitest";
import { submitExecution } from "./bank-gateway-payments.ts";

const answer = { status: "rejected", archiveId: null, debtorIban: null, answeredAt: "2026-11-29T10:00:00Z" };

it.each([
  ["account-closed", "account-closed"],
  ["illegal-state", "refused"],
  [null, null],
  [undefined, undefined],
])("why an execution failed, in a gateway's word %s, of now or of before: %s", (said, reason) => {
  expect(submitExecution.response.parse({ ...answer, reason: said }).reason).toBe(reason);
});

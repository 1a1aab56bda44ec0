import { describe, expect, it } from "vitest";
import { adviceFor } from "./advice.ts";

describe("what an operator is told to do", () => {
  it.each([
    ["ERR_REGISTRATION_CREDENTIALS_AWAITED", "running", "enter-credentials"],
    ["ERR_BANK_GATEWAY_UNAVAILABLE", "running", "no-answer"],
    ["ERR_ASPSP_RATE_LIMITED", "running", "told-to-wait"],
    ["ERR_ASPSP_REJECTED", "failed", "refused"],
    ["ERR_OWN_CERTIFICATE_EXPIRED", "failed", "certificates"],
    ["ERR_REGISTRATION_INCOMPLETE", "failed", "too-little"],
    ["ERR_SOMETHING_NEW", "running", "goes-on"],
    ["ERR_SOMETHING_NEW", "failed", "look-up"],
  ] as const)("%s, %s: %s", (code, status, advice) => {
    expect(adviceFor(code, status)).toBe(advice);
  });
});

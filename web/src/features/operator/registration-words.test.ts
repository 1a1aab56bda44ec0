import { describe, expect, it } from "vitest";
import { adviceFor } from "./registration-words.ts";

describe("what an operator is told to do", () => {
  it.each([
    ["ERR_REGISTRATION_CREDENTIALS_AWAITED", "running", /Enter the credentials/],
    ["ERR_BANK_GATEWAY_UNAVAILABLE", "running", /does not answer/],
    ["ERR_ASPSP_RATE_LIMITED", "running", /asks us to wait/],
    ["ERR_ASPSP_REJECTED", "failed", /said no/],
    ["ERR_OWN_CERTIFICATE_EXPIRED", "failed", /certificates/],
    ["ERR_REGISTRATION_INCOMPLETE", "failed", /less than we asked/],
    ["ERR_SOMETHING_NEW", "running", /go on trying/],
    ["ERR_SOMETHING_NEW", "failed", /docs\/errors\.md/],
  ] as const)("%s, %s", (code, status, words) => {
    expect(adviceFor(code, status).message).toMatch(words);
  });
});

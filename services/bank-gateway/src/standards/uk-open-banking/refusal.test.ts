import { describe, expect, it } from "vitest";
import { translateUkRefusal } from "./refusal.ts";

const told = (...codes: string[]) => ({ Code: "403 Forbidden", Message: "no", Errors: codes.map((ErrorCode) => ({ ErrorCode, Message: "no" })) });

describe("a refusal of a UK bank", () => {
  it.each([
    ["it wants to see the person again", 403, told("UK.OBIE.Reauthenticate"), "ERR_ASPSP_SCA_REQUIRED"],
    ["the same as an unauthorised call", 401, told("UK.OBIE.Header.Missing", "UK.OBIE.Reauthenticate"), "ERR_ASPSP_SCA_REQUIRED"],
    ["another error", 403, told("UK.OBIE.Resource.InvalidConsentStatus"), "ERR_ASPSP_REJECTED"],
    ["no list of errors", 403, { Errors: "UK.OBIE.Reauthenticate" }, "ERR_ASPSP_REJECTED"],
    ["a token that is refused", 401, { error: "invalid_token" }, "ERR_ASPSP_TOKEN_INVALID"],
    ["too many calls", 429, told("UK.OBIE.Reauthenticate"), "ERR_ASPSP_RATE_LIMITED"],
    ["a bank in trouble", 503, told("UK.OBIE.Reauthenticate"), "ERR_ASPSP_UNAVAILABLE"],
  ])("%s", (_, status, json, code) => {
    expect(translateUkRefusal(status, json, {})).toMatchObject({ code });
  });
});

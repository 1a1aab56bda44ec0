import { describe, expect, it } from "vitest";
import type { ClientInformation } from "@opl/contracts/model";
import { missingInAcceptedClient } from "./accepted-client.ts";

const asked = { redirectUris: ["https://tpp.example/return"], roles: ["AIS"] as const };
const client = (grantTypes: readonly string[]) => ({ redirectUris: [], softwareRoles: [], grantTypes }) as unknown as ClientInformation;

describe("what a bank registered", () => {
  it.each([
    ["a code", ["client_credentials", "authorization_code", "refresh_token"], []],
    ["a question in the bank's app", ["client_credentials", "urn:openid:params:grant-type:ciba", "refresh_token"], []],
    ["no way to ask a person", ["client_credentials", "refresh_token"], ["grant_types: authorization_code"]],
    ["no refreshing", ["client_credentials", "authorization_code"], ["grant_types: refresh_token"]],
    ["nothing it would tell", [], []],
  ])("grants for %s", (_, given, missing) => {
    expect(missingInAcceptedClient({ ...asked, roles: [...asked.roles] }, client(given))).toEqual(missing);
  });
});

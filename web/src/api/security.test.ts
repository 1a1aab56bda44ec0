import { securityRoutes } from "@opl/contracts/http/bff-security";
import { expect, it } from "vitest";
import { securityPaths } from "./security.ts";

it("the routes of the ways in are those of the contract", () => {
  expect(securityPaths).toEqual(Object.fromEntries(Object.entries(securityRoutes).map(([name, { method, path }]) => [name, [method, path]])));
});

import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { expect, it } from "vitest";
import { operatorPaths } from "./operator-api.ts";

it("the operators' routes are those of the contract, no more and no less", () => {
  expect(operatorPaths).toEqual(Object.fromEntries(Object.entries(operatorRoutes).map(([name, { method, path }]) => [name, [method, path]])));
});

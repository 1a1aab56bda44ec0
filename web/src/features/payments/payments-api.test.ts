import { bffPaymentRoutes } from "@opl/contracts/http/bff-payments";
import { expect, it } from "vitest";
import { paymentPaths } from "./payments-api.ts";

it("the routes of payments are those of the contract, no more and no less", () => {
  expect(paymentPaths).toEqual(Object.fromEntries(Object.entries(bffPaymentRoutes).map(([name, { method, path }]) => [name, [method, path]])));
});

import { bffRoutes } from "@opl/contracts/http/bff";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import { describe, expect, it } from "vitest";
import { signInPaths } from "./auth.ts";
import { buildUrl, routes } from "./routes.ts";

describe("routes of the bff", () => {
  it("are those of the contract, no more and no less", () => {
    const contract = Object.entries(bffRoutes).map(([name, { method, path }]) => [name, [method, path]]);
    expect(routes).toEqual(Object.fromEntries(contract));
  });
});

describe("routes of signing in", () => {
  it("are those of the contract", () => {
    expect(signInPaths).toEqual(Object.fromEntries(Object.entries(signInRoutes).map(([name, { method, path }]) => [name, [method, path]])));
  });
});

describe("buildUrl", () => {
  it("fills and encodes the places of a path", () => {
    expect(buildUrl("/api/connections/:consentId/refresh", { consentId: "a/b?c" })).toBe("/api/connections/a%2Fb%3Fc/refresh");
  });

  it("repeats a list and leaves out what is empty", () => {
    const query = { category: ["groceries", "housing"], text: "", from: undefined, limit: 100 };
    expect(buildUrl("/api/transactions", {}, query)).toBe("/api/transactions?category=groceries&category=housing&limit=100");
  });

  it("keeps what a person typed as one value", () => {
    expect(buildUrl("/x", {}, { text: "Ä & B=C" })).toBe("/x?text=%C3%84+%26+B%3DC");
  });
});

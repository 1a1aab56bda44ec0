import * as fc from "fast-check";
import { bffRoutes } from "@opl/contracts/http/bff";
import { operatorRoutes } from "@opl/contracts/http/bff-operator";
import { securityRoutes } from "@opl/contracts/http/bff-security";
import { signInRoutes } from "@opl/contracts/http/bff-sign-in";
import { problem } from "@opl/contracts/http";
import type { RouteContract } from "@opl/contracts/http";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { arbitraryInput } from "../../test/arbitrary-input.ts";
import { startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { readKept } from "../../test/kept.ts";

const contracts: readonly RouteContract[] = [
  ...Object.values(bffRoutes),
  ...Object.values(operatorRoutes),
  ...Object.values(signInRoutes),
  ...Object.values(securityRoutes),
];
const runs = 40;
const schemaOf = (schema: z.ZodType | undefined): object => (schema === undefined ? {} : z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
const statuses = (contract: RouteContract): number[] => [contract.status, 400, 401, 403, 404, 409, 413, 422, 429];

describe("whatever a route is sent", () => {
  let bff: Bff;
  let other: Person;
  let operator: Person;
  beforeAll(async () => {
    // A session that is renewed meanwhile would be a change.
    bff = await startBff({ config: { OPL_SESSION_IDLE_MINUTES: 600 } });
    other = await bff.person();
    operator = await bff.operator();
  });
  afterAll(() => bff[Symbol.asyncDispose]());
  // Somebody signs in for every route, all from one address; how often that may be is no matter here.
  beforeEach(() => bff.database.database.db.deleteFrom("attempts").execute());

  it.each(contracts.map((contract) => [contract.method, contract.path, contract] as const))(
    "%s %s answers as agreed or with a problem, never with a fault or another's data, and refused leaves everything as it was (US-32, US-34, US-45)",
    async (method, path, contract) => {
      // Every route has a person of its own, and there are more of them than may sign in from one place in a quarter of an hour.
      await bff.database.database.db.deleteFrom("attempts").execute();
      const me = contract.role === "operator" ? operator : await bff.person();
      expect(me.browser.cookie).toBeDefined();
      const { consent, accounts, transactions, recurringId } = me.holdings;
      const ids = [
        consent.consentId,
        ...accounts.map(({ accountId }) => accountId),
        ...transactions.map(({ transactionId }) => transactionId),
        recurringId,
        ...bff.downstream.registrations.map(({ registrationId }) => registrationId),
        ...bff.downstream.ownCertificates.map(({ certificateId }) => certificateId),
        other.holdings.consent.consentId,
        ...other.holdings.accounts.map(({ accountId }) => accountId),
      ];
      const { cookie } = me.browser;
      let kept = await readKept(bff.database.database);
      await fc.assert(
        fc.asyncProperty(
          arbitraryInput(schemaOf(contract.params), ids),
          arbitraryInput(schemaOf(contract.query), ids),
          arbitraryInput(schemaOf(contract.body), ids),
          async (params, query, body) => {
            me.browser.cookie = cookie;
            const address = path.replaceAll(/:(\w+)/g, (_, name: string) => segment((params as Record<string, unknown> | null)?.[name]));
            const withBody = method === "GET" ? {} : { body: JSON.stringify(body) ?? "" };
            const answer = await me.browser.send(method, `${address}${contract.query === undefined ? "" : search(query)}`, withBody);
            const before = kept;
            kept = await readKept(bff.database.database);
            if (answer.status >= 400) expect(kept).toEqual(before);
            expect(statuses(contract)).toContain(answer.status);
            expect(answer.text).not.toContain(other.holdings.canary);
            expect(answer.headers.getSetCookie().join()).not.toContain("a=b");
            if (answer.status >= 400) expect(problem.safeParse(answer.json()).error).toBeUndefined();
            else if (contract.response !== null) expect(contract.response.safeParse(answer.json()).error).toBeUndefined();
          },
        ),
        { numRuns: runs },
      );
    },
  );
});

/** A place in a path as a client would write it; an empty one would be another address. */
function segment(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "x");
  return encodeURIComponent(text.toWellFormed().slice(0, 500)) || "x";
}

function search(query: unknown): string {
  if (typeof query !== "object" || query === null) return `?${encodeURIComponent(String(query).toWellFormed().slice(0, 500))}`;
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) parameters.append(name, (typeof one === "string" ? one : (JSON.stringify(one) ?? "")).slice(0, 1_000));
  }
  return `?${parameters.toString()}`;
}

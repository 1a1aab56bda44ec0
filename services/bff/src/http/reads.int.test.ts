import type { RouteContract } from "@opl/contracts/http";
import { Secret } from "@opl/service";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { startBff } from "../../test/bff.ts";
import type { Bff, Person } from "../../test/bff.ts";
import { addressOf, personWithEverything, reads } from "../../test/reads.ts";

/** What a page may read that is no JSON route of the contracts. */
const others = ["/api/openapi.json", "/.well-known/tpp-jwks.json", "/health/live", "/health/ready", "/health/started"];
/** A question with a document to judge, and so with a body: it answers what would be done and does nothing. */
const questions = ["planDesiredState"];

describe("every route that reads", () => {
  let bff: Bff;
  let aino: Person;
  beforeAll(async () => {
    bff = await startBff({
      config: {
        OPL_SINGLE_SIGN_ON_ISSUER: "https://id.example",
        OPL_SINGLE_SIGN_ON_CLIENT_ID: "ledger",
        OPL_SINGLE_SIGN_ON_CLIENT_SECRET_FILE: new Secret("single-sign-on-canary"),
      },
    });
    aino = await personWithEverything(bff);
  });
  afterAll(() => bff[Symbol.asyncDispose]());

  /** All rows of all our tables. That a session in use lives on is left out: when it ends, and that this was written. */
  const rows = async (): Promise<Record<string, unknown>> => {
    const { db } = bff.database.database;
    const tables = await sql<{ name: string }>`select tablename as name from pg_tables where schemaname = current_schema()`.execute(db);
    expect(tables.rows.length).toBeGreaterThan(15);
    const read = tables.rows.map(async ({ name }) => {
      const found = await sql<{
        row: object;
      }>`select to_jsonb(t) - ${name === "sessions" ? ["expires_at", "updated_at"] : []}::text[] as row from ${sql.table(name)} t order by t::text`.execute(db);
      return [name, found.rows.map(({ row }) => row)] as const;
    });
    return Object.fromEntries(await Promise.all(read));
  };
  /** Each session is due to live on, so that the most happens which reading may do. */
  const makeSessionsDue = () => sql`update sessions set expires_at = now() + interval '30 minutes'`.execute(bff.database.database.db);
  const changesAsked = (from: number) => bff.downstream.asked.slice(from).filter(({ method, operation }) => method !== "GET" && !questions.includes(operation));

  describe("changes nothing (US-13):", () => {
    it.each(reads)("$operationId", async (contract) => {
      const address = await addressOf(contract, aino, bff);
      await makeSessionsDue();
      const [before, { length }] = [await rows(), bff.downstream.asked];
      const answer = await aino.browser.get(address);
      expect([answer.status, contract.psu === "none" || answer.headers.getSetCookie().length === 1]).toEqual([contract.status, true]);
      expect(await rows()).toEqual(before);
      expect(changesAsked(length)).toEqual([]);
    });

    it.each(others)("%s", async (path) => {
      const [before, { length }] = [await rows(), bff.downstream.asked];
      expect((await aino.browser.get(path)).status).toBe(200);
      expect(await rows()).toEqual(before);
      expect(changesAsked(length)).toEqual([]);
    });

    it("the event stream", async () => {
      const [before, { length }] = [await rows(), bff.downstream.asked];
      const stream = await aino.browser.stream();
      expect(stream.status).toBe(200);
      stream.close();
      expect(await rows()).toEqual(before);
      expect(changesAsked(length)).toEqual([]);
    });

    it("a plan is asked for as it stands: no bank is asked anew and no document is brought", async () => {
      await aino.browser.get("/api/operator/plan");
      const plans = bff.downstream.asked.filter(({ operation }) => operation === "planDesiredState").slice(-1);
      expect(plans.map(({ body }) => body)).toEqual([{ document: null, refresh: false }]);
    });
  });

  describe("answers with nothing but what its contract lists (US-12):", () => {
    it.each(reads)("$operationId", async (contract) => {
      const answer = await aino.browser.get(await addressOf(contract, aino, bff));
      expect(answer.status).toBe(contract.status);
      expect(answer.text).not.toMatch(/argon2|single-sign-on-canary|client-secret-canary|registration-token-canary|BEGIN CERTIFICATE-/);
      expect(answer.text).not.toMatch(/FI2112345600000785|492500|entryReference|"raw"/);
      // What a bank can do is for operators.
      if (contract.role !== "operator") expect(answer.text).not.toContain("capabilities");
      const seen = keysOf(answer.json());
      const listed = keysListed(contract);
      const open = listed.filter((key) => key.endsWith(".*")).map((key) => key.slice(0, -1));
      expect(seen.filter((key) => !listed.includes(key) && !open.some((prefix) => key.startsWith(prefix)))).toEqual([]);
    });

    it("and the copy of everything, which is the person's own, with what is written down here", async () => {
      const { exportId } = (await aino.browser.send("POST", "/api/me/exports", { body: { format: "json" } })).json<{ exportId: string }>();
      const answer = await aino.browser.send("POST", `/api/me/exports/${exportId}/download`, { body: {} });
      expect(keysOf(answer.json())).toMatchSnapshot();
    });

    it("these lists are written down, route by route", () => {
      expect(Object.fromEntries(reads.map((contract) => [`${contract.operationId} ${contract.path}`, keysListed(contract)]))).toMatchSnapshot();
    });
  });
});

/** Every path of names in a document, lists as one. */
function keysOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return sorted([path, ...value.flatMap((item) => keysOf(item, `${path}[]`))]);
  if (typeof value !== "object" || value === null) return [path];
  return sorted([path, ...Object.entries(value).flatMap(([name, inner]) => keysOf(inner, `${path}.${name}`))]);
}

/** Everything that a contract lets through. */
function keysListed({ response }: RouteContract): string[] {
  return response === null ? [] : keysOfSchema(z.toJSONSchema(response, { unrepresentable: "any" }));
}

/** The same of everything that a schema lets through; `.*` where names are free. */
function keysOfSchema(schema: unknown, path = ""): string[] {
  const { properties = {}, additionalProperties, items, anyOf = [], oneOf = [], allOf = [] } = schema as JsonSchema;
  return sorted([
    path,
    ...[...anyOf, ...oneOf, ...allOf].flatMap((one) => keysOfSchema(one, path)),
    ...Object.entries(properties).flatMap(([name, inner]) => keysOfSchema(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : keysOfSchema(items, `${path}[]`)),
    ...(typeof additionalProperties === "object" ? [`${path}.*`] : []),
  ]);
}

interface JsonSchema {
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly additionalProperties?: unknown;
  readonly items?: unknown;
  readonly anyOf?: readonly unknown[];
  readonly oneOf?: readonly unknown[];
  readonly allOf?: readonly unknown[];
}

const sorted = (paths: readonly string[]): string[] => [...new Set(paths)].toSorted();

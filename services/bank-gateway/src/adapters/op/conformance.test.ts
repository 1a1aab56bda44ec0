import { readFileSync } from "node:fs";
import { Secret } from "@opl/service";
import { expect, it } from "vitest";
import { adapterConformance } from "../conformance.ts";
import { opAdapter } from "./adapter.ts";
import { opSettings } from "./settings.ts";

const fixture = (name: string): unknown => JSON.parse(readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));
const settings = { ...opSettings.omit({ OP_API_KEY_FILE: true }).parse({}), OP_API_KEY_FILE: new Secret("portal") };

adapterConformance(opAdapter(settings), {
  "accounts.list": fixture("accounts"),
  "cards.list": fixture("cards"),
  "accounts.transactions": fixture("transactions"),
  "cards.transactions": fixture("card-transactions"),
  "consents.create": { authorizationId: "5f0c1d0e-0000-4000-8000-000000000001", created: "2026-11-22T10:00:00Z", status: "Unauthorized" },
});

it("in production OP makes no certificates, and its sandbox's generator is never called", () => {
  const [sandbox, production] = [opAdapter(settings), opAdapter({ ...settings, OP_ENVIRONMENT: "production" })];
  const generator = new URL(settings.OP_CERT_GENERATION_URL).origin;
  expect([sandbox, production].map(({ registration }) => registration?.issueCertificates !== undefined)).toEqual([true, false]);
  expect([sandbox, production].map(({ profile }) => profile.origins.includes(generator))).toEqual([true, false]);
});

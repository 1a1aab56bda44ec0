import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { breakingChanges, type JsonSchema } from "./compatibility.ts";
import type { EventContract } from "./define.ts";
import { envelope, partitionOf, subjectFilterOf, subjectOf } from "./envelope.ts";
import { catalogue } from "./index.ts";

const root = path.resolve(import.meta.dirname, "../..");
const events = Object.entries(catalogue) as [string, EventContract][];
const lock: Record<string, JsonSchema> = JSON.parse(readFileSync(path.join(root, "schemas.lock.json"), "utf8"));

describe("event catalogue", () => {
  it.each(events)("%s: named by its owner, in the past, with a golden example that fits its schema", (type, contract) => {
    expect(contract.type).toBe(type);
    expect(type.startsWith(`${contract.owner}.`)).toBe(true);
    const example = envelope.parse(JSON.parse(readFileSync(path.join(root, "examples", `${type}.json`), "utf8")));
    expect(example.source).toBe(`/opl/${contract.owner}`);
    expect(contract.data.parse(example.data)).toEqual(example.data);
    expect(example.psuid !== null).toBe(contract.psu);
  });

  it("has no example without an event", () => {
    expect(readdirSync(path.join(root, "examples")).toSorted()).toEqual(events.map(([type]) => `${type}.json`).toSorted());
  });

  it.each(events)("%s: nothing breaks a subscriber of the released version", (type, contract) => {
    const released = lock[`${type}.v${contract.version}`];
    expect(released, "not in schemas.lock.json yet: npm run gen").toBeDefined();
    expect(breakingChanges(released ?? {}, z.toJSONSchema(contract.data) as JsonSchema)).toEqual([]);
  });

  it("carries no token, key, credential, e-mail or login field (D8)", () => {
    const names = (schema: JsonSchema): string[] => [
      ...Object.keys(schema.properties ?? {}),
      ...Object.values(schema.properties ?? {}).flatMap(names),
      ...(schema.items ? names(schema.items) : []),
    ];
    for (const [type, contract] of events) {
      const found = names(z.toJSONSchema(contract.data) as JsonSchema).filter((name) => /token|secret|password|email|privatekey|credential/i.test(name));
      expect(found, type).toEqual([]);
    }
  });

  it("finds a breaking change", () => {
    const released = z.toJSONSchema(z.object({ a: z.string(), b: z.int() })) as JsonSchema;
    const change = (schema: z.ZodType) => breakingChanges(released, z.toJSONSchema(schema) as JsonSchema);
    expect(change(z.object({ a: z.string() }))).toEqual(["data.b: removed"]);
    expect(change(z.object({ a: z.int(), b: z.int() }))[0]).toContain("data.a: type changed");
    expect(change(z.object({ a: z.string(), b: z.int(), c: z.string() }))).toEqual(["data.c: new and required; old events in the stream lack it"]);
    expect(change(z.object({ a: z.string(), b: z.int(), c: z.string().optional() }))).toEqual([]);
  });
});

describe("subjects", () => {
  const authorised = catalogue["consent.authorised"];

  it("end in the partition and the person, so that erasure purges by subject (D7, D8)", () => {
    const psuId = "019a9c5e-2b1e-7c3a-9d55-0c6f4a1b2c3d";
    expect(subjectOf(authorised, psuId)).toBe(`opl.consent.authorised.v1.${partitionOf(psuId)}.${psuId}`);
    expect(subjectOf(catalogue["bank-gateway.aspsp-degraded"], null)).toBe("opl.bank-gateway.aspsp-degraded.v1.-.-");
    expect(subjectFilterOf(authorised)).toBe("opl.consent.authorised.v1.*.*");
  });

  it("spread people over all 64 partitions", () => {
    const seen = new Set(Array.from({ length: 2000 }, (_, index) => partitionOf(`person-${index}`)));
    expect(seen.size).toBe(64);
    for (const partition of seen) expect(partition).toMatch(/^([0-5]\d|6[0-3])$/);
  });
});

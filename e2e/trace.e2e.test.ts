import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type CollectedSpan, type Collector, startCollector } from "./collector.ts";
import { Person, visitBank } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** One trace tells the whole story of a connected bank: from the request of the browser to the last projection. */
let product: TestProduct;
let collector: Collector;
let returned: string;
let trace: readonly CollectedSpan[];

/** The spans of the trace that began with the return from the bank. */
function storyOfReturn(): readonly CollectedSpan[] {
  const first = collector.spans.find(({ service, name }) => service === "bff" && name.includes("/api/connections/return"));
  return collector.spans.filter(({ traceId }) => traceId === first?.traceId);
}

const serviceOf = (span: CollectedSpan): string => span.service;
const named = (service: string, name: string): boolean => trace.some((span) => span.service === service && span.name.includes(name));

beforeAll(async () => {
  collector = await startCollector();
  product = await startTestProduct(
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_PROTOCOL: "http/json", OTEL_BSP_SCHEDULE_DELAY: "200" },
  );
  const person = await new Person(product.origin).signUp();
  const { redirectUrl } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
  returned = await visitBank(redirectUrl, "88888881", "approve");
  const { consentId } = await person.comeBack(returned);
  await person.untilRead(consentId);
  const told = (): boolean =>
    ["handle ingest.transactions-recorded", "handle ingest.balance-recorded"].every((name) =>
      storyOfReturn().some((span) => span.service === "analytics" && span.name.startsWith(name)),
    ) && storyOfReturn().some((span) => span.service === "ingest" && span.name === "run sync");
  await vi.waitUntil(told, { timeout: 30_000, interval: 100 });
  trace = storyOfReturn();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
  await collector?.[Symbol.asyncDispose]();
});

describe("one trace from the return to the figures", () => {
  it("goes through bff, consent and bank-gateway, and by the events through ingest to analytics", () => {
    expect(new Set(trace.map(serviceOf))).toEqual(new Set(["bff", "consent", "bank-gateway", "ingest", "analytics"]));
    expect(named("bank-gateway", "bank ")).toBe(true);
    expect(named("ingest", "handle consent.authorised")).toBe(true);
    expect(named("bff", "handle ingest.")).toBe(true);
  });

  it("is one tree: every span but the first hangs on another one of the trace", async () => {
    // Each service sends its spans in its own time.
    const roots = (): string[] => {
      const story = storyOfReturn();
      const known = new Set(story.map(({ spanId }) => spanId));
      return story.filter(({ parentSpanId }) => !known.has(parentSpanId)).map(({ service }) => service);
    };
    await expect.poll(roots).toEqual(["bff"]);
  });

  it("is named in the logs: what a service answered, and how the reading ended", () => {
    for (const service of ["bff", "consent", "bank-gateway", "ingest"])
      expect(readFileSync(path.join(product.logDir, `${service}.log`), "utf8"), service).toContain(`"traceId":"${trace[0]?.traceId}"`);
  });

  it("G-16 carries no code, state or token of the return", () => {
    const secrets = [...new URLSearchParams(new URL(returned).hash.slice(1))].map(([, value]) => value).filter((value) => value.length > 8);
    expect(secrets.length).toBeGreaterThan(2);
    for (const span of collector.spans) for (const secret of secrets) expect(span.text.includes(secret), `${span.service} ${span.name}`).toBe(false);
  });
});

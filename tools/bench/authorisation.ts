import { readFileSync } from "node:fs";
import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { request } from "undici";
import { Person, visitBank } from "../../e2e/person.ts";
import { Tpp } from "../../sandbox/test/tpp.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const rounds = 60;
const warmUp = 5;
const atOnce = 200;

interface BankCall {
  readonly endpoint: string;
  readonly authorizationId?: string;
  readonly durationMs: number;
}

/** So many people who are signed in. All come from one address, which may not try that many accounts. */
async function makePeople(product: Product, count: number): Promise<Person[]> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "bench", poolSize: 1 });
  const people: Person[] = [];
  while (people.length < count) {
    await sql`delete from opl_bff.attempts`.execute(database.db);
    people.push(...(await Promise.all(Array.from({ length: 5 }, () => new Person(product.origin).signUp()))));
  }
  return people.slice(0, count);
}

/** What the bank itself took for calls since a moment, by its own books. */
function bankBooks({ sandbox }: Product) {
  const ask = async <T>(path: string): Promise<T> => (await request(`${sandbox.adminUrl}${path}`)).body.json() as Promise<T>;
  return {
    lastSeq: async () => (await ask<{ lastSeq: number }>("/books/summary")).lastSeq,
    took: async (since: number, endpoint: string) => {
      const { calls } = await ask<{ calls: BankCall[] }>(`/books/calls?since=${since}&endpoint=${endpoint}`);
      return calls.reduce((sum, { durationMs }) => sum + durationMs, 0);
    },
  };
}

/** The stream of a person, as the browser has it: resolves what waits for a fact about a consent. */
async function listen(product: Product, person: Person) {
  let heard = "";
  let look = (): void => undefined;
  const { body } = await request(`${product.origin}/api/live`, { headers: { cookie: person.cookie, accept: "text/event-stream" }, bodyTimeout: 0 });
  body.on("data", (chunk: Buffer) => {
    heard += chunk.toString();
    look();
  });
  body.on("error", () => undefined);
  return {
    until: (fact: string, about: string) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (heard.split("\n\n").some((event) => event.includes(fact) && event.includes(about))) resolve();
        };
        look();
      }),
    close: () => body.destroy(),
  };
}

/** How long a person waits for the bank's page, and for a return to be an authorised consent everywhere; then 200 people at once. */
export async function authorisation(product: Product): Promise<Figure[]> {
  const books = bankBooks(product);
  const times = { start: [] as number[], startOver: [] as number[], back: [] as number[], backOver: [] as number[] };
  for (const [index, person] of (await makePeople(product, rounds + warmUp)).entries()) {
    const stream = await listen(product, person);
    const before = await books.lastSeq();
    const started = performance.now();
    const { redirectUrl, consentId } = await person.post("startConnection", "/api/connections", { aspspId: "op" });
    const start = performance.now() - started;
    const bankStart = await books.took(before, "A1");
    const returned = await visitBank(redirectUrl, `load-${1_200 + index}-20`, "approve");
    const between = await books.lastSeq();
    const backAt = performance.now();
    const heard = stream.until("consent.authorised", consentId).then(() => performance.now() - backAt);
    await person.comeBack(returned);
    const back = await heard;
    const bankBack = await books.took(between, "T1");
    stream.close();
    await person.untilRead(consentId);
    if (index < warmUp) continue;
    times.start.push(start);
    times.startOver.push(start - bankStart);
    times.back.push(back);
    times.backOver.push(back - bankBack);
  }
  const bare = await bareClient(product);
  const p95 = (values: readonly number[]): number => percentile(values, 95);
  const failed = await manyAtOnce(product);
  for (const [what, times] of Map.groupBy(failed, (one) => one)) process.stdout.write(`${times.length} of ${atOnce} at once: ${what}\n`);
  return [
    figure("authorisation start to redirect URL, p95", p95(times.start), "ms", "lower", null, p95(bare)),
    figure("the same over the bank's own time, p95", p95(times.startOver), "ms", "lower", 60),
    figure("return to the fact consent.authorised in the browser, p95", p95(times.back), "ms", "lower", null),
    figure("the same over the bank's own time, p95", p95(times.backOver), "ms", "lower", 80),
    figure(`${atOnce} people authorising at once: failed`, failed.length, "", "lower", 0),
  ];
}

/** The same call over bare mutual TLS by an independent client, with its token at hand. @returns milliseconds of each */
async function bareClient(product: Product): Promise<number[]> {
  const tpp = await Tpp.registered({ endpoints: product.sandbox, ca: readFileSync(product.sandbox.caFile, "utf8") } as never);
  const times: number[] = [];
  for (let index = 0; index < rounds + warmUp; index += 1) {
    const started = performance.now();
    await tpp.createAuthorization();
    if (index >= warmUp) times.push(performance.now() - started);
  }
  return times;
}

/** From the button to the authorised consent, everybody at the same moment. @returns what went wrong */
async function manyAtOnce(product: Product): Promise<string[]> {
  const people = await makePeople(product, atOnce);
  const outcomes = await Promise.allSettled(people.map((person, index) => person.connect("op", `load-${1_400 + index}-20`)));
  return outcomes.flatMap((outcome) => {
    if (outcome.status === "rejected") return [String(outcome.reason)];
    return outcome.value.outcome === "authorised" ? [] : [`${outcome.value.outcome} ${outcome.value.reason ?? ""}`];
  });
}

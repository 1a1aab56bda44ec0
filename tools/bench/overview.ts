import { Worker } from "node:worker_threads";
import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { Agent, request } from "undici";
import { Person } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const perSecond = 100;
const seconds = 20;

/** What each of them has, over two years; every tenth has a household's worth. */
const has = { accounts: 5, transactions: 250, transactionsOfTenth: 2500 };

/** These ask before the measured ones do, again and again: what is measured is a process that has run for a while. */
const others = 100;
const roundsBefore = 6;

/** Makes people by the real flow, a few at a time, and waits until all that their bank told is read and worked out. */
async function makePeople(product: Product, count: number): Promise<Person[]> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "bench", poolSize: 1 });
  const { db } = database;
  const made: Person[] = [];
  const consents: string[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      // All come from one address, which may not try that many accounts.
      if (index % 50 === 0) await sql`delete from opl_bff.attempts`.execute(db);
      const person = await new Person(product.origin).signUp();
      const { consentId } = await person.connect("op", `load-${2000 + index}-${index % 10 === 0 ? has.transactionsOfTenth : has.transactions}-${has.accounts}`);
      consents.push(consentId);
      made.push(person);
    }
  };
  await Promise.all(Array.from({ length: 6 }, worker));
  // Asked of the tables: a thousand people who ask over and over would be most of the work.
  const rowsLeft = async (): Promise<number> => {
    const { rows } = await sql<{ failed: number; left: number }>`
      select (select count(*) from opl_ingest.syncs where consent_id = any(${consents}::uuid[]) and status = 'failed')::int as failed,
        ((select count(*) from opl_ingest.syncs where consent_id = any(${consents}::uuid[]) and status <> 'completed')
          + (select count(*) from opl_ingest.transactions) - (select count(*) from opl_analytics.transactions)
          + (select count(*) from opl_analytics.unsettled_people))::int as left`.execute(db);
    if ((rows[0]?.failed ?? 0) > 0) throw new Error("the bank of somebody could not be read");
    return rows[0]?.left ?? 0;
  };
  while ((await rowsLeft()) !== 0) await new Promise((resolve) => setTimeout(resolve, 250));
  return made;
}

/** Open loop: a request leaves every 10 ms, however long the earlier ones take. @returns latencies in ms; a failed one counts as endless */
async function load(ask: (index: number) => Promise<number>): Promise<number[]> {
  const latencies: Promise<number>[] = [];
  const started = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = started + (index * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    latencies.push(
      ask(index).then(
        (status) => (status === 200 ? performance.now() - due : Number.POSITIVE_INFINITY),
        () => Number.POSITIVE_INFINITY,
      ),
    );
  }
  return Promise.all(latencies);
}

const bareServer = `
const { parentPort, workerData } = require("node:worker_threads");
require("fastify")().get("/", async (_, reply) => reply.type("application/json").send(workerData)).listen({ port: 0, host: "127.0.0.1" }, (_, address) => parentPort.postMessage(address));
`;

/** @returns one of the answers */
async function warm(product: Product, ask: (cookie: string) => Promise<string>, people: readonly Person[]): Promise<string> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "bench", poolSize: 1 });
  let text = "";
  for (let round = 0; round < roundsBefore; round += 1) {
    for (const { cookie } of people) text = await ask(cookie);
    // As if something had changed about everybody: the next round has to make the pages anew.
    await sql`insert into opl_bff.live_events (psu_id, event, created_at)
      select distinct on (psu_id) psu_id, event, now() from opl_bff.live_events where psu_id is not null order by psu_id, id desc`.execute(database.db);
  }
  return text;
}

/** The first screen at 100 requests a second by many people, against a bare server that answers the same bytes. */
export async function overview(product: Product, peopleCount: number): Promise<Figure[]> {
  const made = await makePeople(product, peopleCount + others);
  const people = made.slice(others);
  const dispatcher = new Agent({ connections: 64 });
  const get = async (url: string, cookie: string): Promise<{ status: number; text: string }> => {
    const answer = await request(url, { dispatcher, headers: { cookie, accept: "application/json" } });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
  const url = `${product.origin}/api/overview`;
  const cookieOf = (index: number): string => people[(index * 7919) % people.length]?.cookie ?? "";
  const text = await warm(product, async (cookie) => (await get(url, cookie)).text, made.slice(0, others));
  const ours = await load(async (index) => (await get(url, cookieOf(index))).status);

  const worker = new Worker(bareServer, { eval: true, workerData: text });
  const bare = await new Promise<string>((resolve, reject) => worker.once("message", resolve).once("error", reject));
  const bares = await load(async (index) => (await get(bare, cookieOf(index))).status);
  await worker.terminate();
  await dispatcher.close();
  const goals = { 50: 20, 95: 80, 99: 200 } as const;
  const seen = `${people.length} people, ${has.accounts} accounts, ${has.transactions} rows each, every tenth ${has.transactionsOfTenth}`;
  // Whoever asks again is answered from what bff kept, as long as nothing about them changed.
  const anew = ours.slice(0, people.length);
  return ([50, 95, 99] as const).flatMap((percent) => [
    figure(`overview p${percent} at ${perSecond}/s, ${seen}`, percentile(ours, percent), "ms", "lower", goals[percent], percentile(bares, percent)),
    figure(`of these where it had to be made anew, p${percent}`, percentile(anew, percent), "ms", "lower", goals[percent], percentile(bares, percent)),
  ]);
}

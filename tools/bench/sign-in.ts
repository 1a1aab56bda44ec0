import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { Person } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const tries = 1_000;
/** Attempts are counted for each source; so many go before the counts are taken away. */
const between = 5;

interface Way {
  readonly name: string;
  readonly path: string;
  readonly body: (email: string) => object;
  readonly status: number;
  /** Signing up answers after a fixed time, and a thousand of them one by one would take minutes. */
  readonly atOnce: number;
}

const ways: readonly Way[] = [
  {
    name: "refused sign-in",
    path: "/api/auth/sign-in/email",
    body: (email) => ({ email, password: "not the password of anybody" }),
    status: 401,
    atOnce: 1,
  },
  {
    name: "sign-up",
    path: "/api/auth/sign-up/email",
    body: (email) => ({ name: "Somebody", email, password: "a-long-enough-passphrase" }),
    status: 200,
    atOnce: 5,
  },
  { name: "refused recovery code", path: "/api/auth/recovery", body: (email) => ({ email, code: "AAAA-AAAA-AAAA-AAAA" }), status: 422, atOnce: 1 },
];

/** US-21: whether the time of an answer tells if there is such an account. Known and unknown addresses take turns. */
export async function signIn(product: Product): Promise<Figure[]> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "bench", poolSize: 1 });
  // As many as are asked about at once: nobody waits for the row of another.
  const people = await Promise.all(Array.from({ length: Math.max(...ways.map(({ atOnce }) => atOnce)) }, () => new Person(product.origin).signUp()));
  const visitor = new Person(product.origin);
  const figures: Figure[] = [];
  for (const { name, path, body, status, atOnce } of ways) {
    const times = { known: [] as number[], unknown: [] as number[] };
    const ask = async (which: keyof typeof times, email: string): Promise<void> => {
      const started = performance.now();
      const answer = await visitor.ask("POST", path, body(email));
      if (answer.status !== status) throw new Error(`${name}: ${answer.status} instead of ${status}`);
      times[which].push(performance.now() - started);
    };
    for (let index = 0; index < tries; index += atOnce) {
      if (index % between === 0) await sql`delete from opl_bff.attempts`.execute(database.db);
      const together = Array.from({ length: atOnce }, (_, more) => index + more);
      await Promise.all(people.slice(0, atOnce).map(({ email }) => ask("known", email)));
      await Promise.all(together.map((n) => ask("unknown", `nobody-${n}@ledger.example`)));
    }
    const [known, unknown] = [percentile(times.known, 50), percentile(times.unknown, 50)];
    figures.push(figure(`${name}: medians of a known and an unknown address apart`, Math.abs(known - unknown), "ms", "lower", 5, known));
  }
  return figures;
}

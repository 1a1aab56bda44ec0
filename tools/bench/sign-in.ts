import { openDatabase } from "@opl/postgres";
import { sql } from "kysely";
import { Person } from "../../e2e/person.ts";
import type { Product } from "../up/product.ts";
import { type Figure, figure, percentile } from "./report.ts";

const tries = 1_000;
/** Attempts are counted for each source; so many go before the counts are taken away. */
const between = 5;

/** US-21: whether the time of a refused sign-in tells if there is such an account. Known and unknown addresses take turns. */
export async function signIn(product: Product): Promise<Figure[]> {
  await using database = openDatabase<Record<string, never>>({ url: product.adminDatabaseUrl, schema: "public", applicationName: "bench", poolSize: 1 });
  const person = await new Person(product.origin).signUp();
  const visitor = new Person(product.origin);
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let index = 0; index < tries; index += 1) {
    if (index % between === 0) await sql`delete from opl_bff.attempts`.execute(database.db);
    for (const [which, email] of [
      ["known", person.email],
      ["unknown", `nobody-${index}@ledger.example`],
    ] as const) {
      const started = performance.now();
      const { status } = await visitor.ask("POST", "/api/auth/sign-in/email", { email, password: "not the password of anybody" });
      if (status !== 401) throw new Error(`a refused sign-in answered ${status}`);
      times[which].push(performance.now() - started);
    }
  }
  const [known, unknown] = [percentile(times.known, 50), percentile(times.unknown, 50)];
  return [figure("refused sign-in: medians of a known and an unknown address apart", Math.abs(known - unknown), "ms", "lower", 5, known)];
}

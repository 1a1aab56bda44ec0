import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { dropSchema, migrate, openDatabase, provisionSchemas } from "@opl/postgres";
import type { Database, DatabaseOptions } from "@opl/postgres";
import { inject } from "vitest";

export interface TestDatabaseOptions {
  /** Whose migrations are applied: `services/<service>/migrations`. */
  readonly service: string;
  /** Other migrations than the service's. */
  readonly directory?: URL | string;
  readonly poolSize?: number;
  /** How long a question waits for a connection: longer than by default where a thousand ask at once. */
  readonly connectTimeoutMs?: number;
}

export interface TestDatabase<DB> extends AsyncDisposable {
  /** With the role and password of this schema only. */
  readonly url: string;
  readonly schema: string;
  readonly database: Database<DB>;
  /** Another pool on the same schema, as a second replica would have. */
  open(options?: Partial<DatabaseOptions>): Database<DB>;
}

/** A schema and a role of its own, with a service's migrations applied; disposing drops both. */
export async function testDatabase<DB>({ service, directory, poolSize = 8, ...pool }: TestDatabaseOptions): Promise<TestDatabase<DB>> {
  const adminUrl = inject("oplServers").databaseUrl;
  const schema = `t_${service.replaceAll("-", "_")}_${randomBytes(5).toString("hex")}`;
  const password = randomBytes(12).toString("hex");
  await provisionSchemas({ adminUrl, services: [{ name: service, schema, role: schema, password }] });
  const address = new URL(adminUrl);
  address.username = schema;
  address.password = password;
  const url = address.href;
  const opened: Database<DB>[] = [];
  const open = (options: Partial<DatabaseOptions> = {}): Database<DB> => {
    const database = openDatabase<DB>({ url, schema, applicationName: schema, poolSize, ...pool, ...options });
    opened.push(database);
    return database;
  };
  const database = open();
  await migrate(database, { directory: directory ?? fileURLToPath(new URL(`../../../services/${service}/migrations`, import.meta.url)) });
  return {
    url,
    schema,
    database,
    open,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((one) => one[Symbol.asyncDispose]()));
      await dropSchema({ adminUrl, schema, role: schema });
    },
  };
}

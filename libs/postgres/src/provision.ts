import * as pg from "pg";
import { translateSqlError } from "./sqlstate.ts";

export interface ServiceSchema {
  readonly name: string;
  readonly schema: string;
  readonly role: string;
  readonly password: string;
}

export interface ProvisionOptions {
  /** A role that may create roles and schemas. */
  readonly adminUrl: string;
  readonly services: readonly ServiceSchema[];
}

// Any number will do, as long as every provisioner takes the same.
const lockId = 7_402_115;

/**
 * Gives every service its schema and its role, and nothing else: a role owns its schema, cannot see a neighbour's and
 * can create nothing elsewhere. Idempotent; a changed password is set.
 */
export async function provisionSchemas({ adminUrl, services }: ProvisionOptions): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    const { rows } = await client.query<{ database: string; superuser: boolean }>(
      "select current_database() as database, rolsuper as superuser from pg_roles where rolname = current_user",
    );
    const { database, superuser } = rows[0] as { database: string; superuser: boolean };
    const db = pg.escapeIdentifier(database);
    await client.query("revoke create on schema public from public");
    await client.query(`revoke all on database ${db} from public`);
    for (const service of services) await provisionOne(client, db, superuser, service);
  });
}

/** Takes a schema and its role away with everything in it. */
export async function dropSchema({ adminUrl, schema, role }: { readonly adminUrl: string; readonly schema: string; readonly role: string }): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    await client.query(`drop schema if exists ${pg.escapeIdentifier(schema)} cascade`);
    await client.query(`drop owned by ${pg.escapeIdentifier(role)}`);
    await client.query(`drop role ${pg.escapeIdentifier(role)}`);
  });
}

/** One transaction under a lock: two that change the same database's rights at once would fail. */
async function asAdmin(adminUrl: string, fn: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    await client.query("begin");
    await client.query("select pg_advisory_xact_lock($1)", [lockId]);
    await fn(client);
    await client.query("commit");
  } catch (error) {
    throw translateSqlError(error);
  } finally {
    // Ends an open transaction as well.
    await client.end().catch(() => undefined);
  }
}

async function provisionOne(client: pg.Client, database: string, superuser: boolean, service: ServiceSchema): Promise<void> {
  const role = pg.escapeIdentifier(service.role);
  const schema = pg.escapeIdentifier(service.schema);
  const exists = await client.query("select 1 from pg_roles where rolname = $1", [service.role]);
  if (exists.rowCount === 0) await client.query(`create role ${role}`);
  // Only a superuser may take these rights away; on a managed server a plain role never had them.
  const rights = superuser ? "nosuperuser nocreatedb nocreaterole noreplication nobypassrls" : "";
  await client.query(`alter role ${role} with login noinherit ${rights} password ${pg.escapeLiteral(service.password)}`);
  if (!superuser) await client.query(`grant ${role} to current_user`);
  await client.query(`create schema if not exists ${schema} authorization ${role}`);
  await client.query(`revoke all on schema ${schema} from public`);
  await client.query(`grant connect, temporary on database ${database} to ${role}`);
  await client.query(`alter role ${role} in database ${database} set search_path = ${schema}`);
}

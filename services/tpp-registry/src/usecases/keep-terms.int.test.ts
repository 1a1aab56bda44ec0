import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { migrate } from "@opl/postgres";
import { fixedClock, sequentialIds, testDatabase } from "@opl/testkit";
import { sql } from "kysely";
import { afterAll, expect, it } from "vitest";
import type { RegistryContext } from "../context.ts";
import { listRegistrations } from "../db/registration-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { aDocument } from "../testing/document.ts";
import { standInGateway } from "../testing/gateway.ts";
import { beginPlanned } from "./begin-planned.ts";
import { planDesiredState } from "./plan-desired-state.ts";
import { refreshDirectory } from "./refresh-directory.ts";

const migrations = path.resolve(import.meta.dirname, "../../migrations");
const before = mkdtempSync(path.join(tmpdir(), "opl-migrations-"));
for (const name of readdirSync(migrations)) if (name < "20261128T230000") cpSync(path.join(migrations, name), path.join(before, name));
afterAll(() => rmSync(before, { recursive: true, force: true }));

it("a registration of the version before keeps the terms of the environment it ran in, and a later change of that is planned", async () => {
  await using db = await testDatabase<TppRegistryTables>({ service: "tpp-registry", directory: before });
  const beginAsBefore = (aspspId: string) =>
    sql`insert into registrations (registration_id, aspsp_id, status, started_at, completed_at) values (gen_random_uuid(), ${aspspId}, 'completed', '2026-11-20T10:00:00Z', '2026-11-20T10:01:00Z')`.execute(
      db.database.db,
    );
  await beginAsBefore("bank-a");
  await migrate(db.database, { directory: migrations });
  // One that still runs while the new ones start names no scheme.
  await beginAsBefore("bank-c");
  const clock = fixedClock("2026-11-22T10:00:00Z");
  const ctx: RegistryContext = {
    db: db.database.db,
    clock,
    newId: sequentialIds(),
    bankGateway: standInGateway(() => clock.now().toString()).gateway,
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(["bank-a", "bank-c"]),
    renewBeforeDays: 30,
  };
  await refreshDirectory(ctx);
  expect(await beginPlanned(ctx)).toEqual([]);
  expect(await planDesiredState(ctx, ctx.environmentDocument)).toMatchObject([{ action: "none" }, { action: "none" }]);

  const later = { ...ctx, environmentDocument: aDocument(["bank-a", "bank-c"], { roles: ["AIS", "PIS"] }) };
  expect(await planDesiredState(later, later.environmentDocument)).toMatchObject([
    { aspspId: "bank-a", action: "update", differences: [{ field: "roles", from: "AIS", to: "AIS, PIS" }] },
    { aspspId: "bank-c", action: "update" },
  ]);
  const { registration } = (await listRegistrations(ctx.db))[0] ?? expect.unreachable();
  expect(registration).toMatchObject({ scheme: "op", terms: { roles: ["AIS"] } });
});

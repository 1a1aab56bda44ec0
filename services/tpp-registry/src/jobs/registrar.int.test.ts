import { eventually, fixedClock, sequentialIds, silentLogger, testDatabase } from "@opl/testkit";
import { expect, it } from "vitest";
import type { RegistryContext } from "../context.ts";
import { listRegistrations } from "../db/registration-store.ts";
import type { TppRegistryTables } from "../db/tables.ts";
import { aDocument } from "../testing/document.ts";
import { standInGateway } from "../testing/gateway.ts";
import { refreshDirectory } from "../usecases/refresh-directory.ts";
import { startRegistrar } from "./registrar.ts";

it("a bank that nobody knows keeps no other from being registered", async () => {
  await using db = await testDatabase<TppRegistryTables>({ service: "tpp-registry" });
  const clock = fixedClock("2026-11-22T10:00:00Z");
  const ctx: RegistryContext = {
    db: db.database.db,
    clock,
    newId: sequentialIds(),
    bankGateway: standInGateway(() => clock.now().add({ hours: 1 }).toString()).gateway,
    softwareClientId: "0a1b2c3d-0000-4000-8000-000000000001",
    environmentDocument: aDocument(["nobody", "bank-a", "bank-b"]),
    renewBeforeDays: 30,
  };
  await refreshDirectory(ctx);
  await using registrar = startRegistrar(ctx, silentLogger());
  registrar.wake();
  await eventually(async () =>
    expect((await listRegistrations(ctx.db)).map(({ registration }) => [registration.aspspId, registration.status])).toEqual([["bank-a", "completed"]]),
  );
});

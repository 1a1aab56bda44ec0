import { inTransaction } from "@opl/postgres";
import { publish } from "@opl/messaging";
import type { AspspHealth } from "../domain/aspsp-health.ts";
import { changeHealth, listHealth } from "../db/health-store.ts";
import type { GatewayContext } from "./context.ts";

/** Keeps a bank's new status and tells it, once for all replicas. A bank that was never unwell is no news. */
export async function recordHealth({ db }: Pick<GatewayContext, "db">, aspspId: string, { status, since }: AspspHealth): Promise<void> {
  await inTransaction(db, async (tx) => {
    const known = (await listHealth(tx)).some((health) => health.aspspId === aspspId);
    const changed = await changeHealth(tx, { aspspId, status, since });
    if (!changed || (!known && status === "up")) return;
    const about = { aspspId, since: since.toString() };
    await publish(
      tx,
      status === "up"
        ? { type: "bank-gateway.aspsp-recovered", subject: aspspId, psuId: null, data: about }
        : { type: "bank-gateway.aspsp-degraded", subject: aspspId, psuId: null, data: { ...about, status } },
    );
  });
}

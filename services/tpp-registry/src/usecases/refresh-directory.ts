import type { Aspsp } from "@opl/contracts/model";
import { publish } from "@opl/messaging";
import { inTransaction } from "@opl/postgres";
import type { RegistryContext } from "../context.ts";
import { listDirectory, lockDirectory, removeAspsps, saveAspsps } from "../db/directory-store.ts";
import { type DirectoryChange, directoryChanges } from "../domain/directory.ts";

/** Asks the gateway for the banks there are, keeps them, and tells what became different. @returns the changes */
export async function refreshDirectory({ db, clock, bankGateway }: Pick<RegistryContext, "db" | "clock" | "bankGateway">): Promise<readonly DirectoryChange[]> {
  const { aspsps } = await bankGateway.listAspsps();
  return inTransaction(db, async (tx) => {
    const before = await lockDirectory(tx);
    const changes = directoryChanges(before, aspsps);
    await saveAspsps(tx, differing(before, aspsps));
    await removeAspsps(
      tx,
      changes.filter(({ change }) => change === "removed").map(({ aspsp }) => aspsp.aspspId),
    );
    for (const { aspsp, change } of changes)
      await publish(tx, {
        type: "tpp-registry.aspsp-changed",
        subject: aspsp.aspspId,
        psuId: null,
        time: clock.now(),
        data: { aspspId: aspsp.aspspId, change, capabilities: change === "removed" ? [] : [...aspsp.capabilities] },
      });
    return changes;
  });
}

/** The bank as the directory has it; the gateway is asked when it does not know it, or knows no way to register there. */
export async function findAspsp(ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway">, aspspId: string): Promise<Aspsp | undefined> {
  const find = async (): Promise<Aspsp | undefined> => (await listDirectory(ctx.db)).find((aspsp) => aspsp.aspspId === aspspId);
  const known = await find();
  if (known !== undefined && known.registrationScheme !== null) return known;
  await refreshDirectory(ctx);
  return find();
}

/** Also what only passes, such as how a bank is just now. */
function differing(before: readonly Aspsp[], after: readonly Aspsp[]): readonly Aspsp[] {
  const known = new Map(before.map((aspsp) => [aspsp.aspspId, JSON.stringify(aspsp)]));
  return after.filter((aspsp) => {
    const old = known.get(aspsp.aspspId);
    return old === undefined || !sameJson(JSON.parse(old), aspsp);
  });
}

/** Postgres keeps members in an order of its own. */
function sameJson(one: unknown, other: unknown): boolean {
  const text = (value: unknown): string =>
    JSON.stringify(value, (_name, member: unknown) =>
      typeof member === "object" && member !== null && !Array.isArray(member) ? Object.fromEntries(Object.entries(member).toSorted()) : member,
    );
  return text(one) === text(other);
}

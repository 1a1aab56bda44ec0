import type { ListedReceipt, PublicJwk } from "@opl/contracts/model";
import type { Clients } from "../clients/index.ts";
import { keyIdOf } from "../views/key-id.ts";
import { impersonal } from "./parts.ts";
import type { Asking } from "./parts.ts";

/** Receipts with the public keys that verify them, and no others. @throws what tpp-registry says: without their keys they prove nothing */
export async function withKeys(
  { tppRegistry }: Pick<Clients, "tppRegistry">,
  asking: Asking,
  receipts: ListedReceipt[],
): Promise<{ receipts: ListedReceipt[]; keys: PublicJwk[] }> {
  const signed = new Set(receipts.flatMap(({ jws }) => (jws === null ? [] : [keyIdOf(jws)])));
  const { keys } = signed.size === 0 ? { keys: [] } : await tppRegistry.readJwks(impersonal(asking));
  return { receipts, keys: keys.filter(({ kid }) => signed.has(kid)) };
}

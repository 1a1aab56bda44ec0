import { judgeCertificate, toleratedInSandbox } from "@opl/eidas";
import type { RegistryContext } from "../context.ts";
import { listCertificates } from "../db/certificate-store.ts";
import { listOwnCertificateRows, type OwnCertificateRow } from "../db/own-certificate-store.ts";
import { type Found, type InventoryEntry, inventoryOf } from "../domain/inventory.ts";

export interface Inventory {
  readonly certificates: readonly InventoryEntry[];
  /** Asked for and not issued yet. */
  readonly awaited: readonly OwnCertificateRow[];
}

/** All certificates we have, ever had at a bank, or wait for, as far as we know of those in the gateway. */
export async function listInventory({ db, clock }: Pick<RegistryContext, "db" | "clock">): Promise<Inventory> {
  const now = clock.now();
  const [own, used] = await Promise.all([listOwnCertificateRows(db), listCertificates(db)]);
  const found: Found[] = [
    ...used.map((row) => ({ ...row, ...readLeaf(row, now), kind: "used" as const })),
    ...own.flatMap(({ certificateId, purpose, status, issued }) =>
      issued === null
        ? []
        : [
            {
              ...issued,
              certificateId,
              purpose,
              notBefore: Temporal.Instant.from(issued.notBefore),
              notAfter: Temporal.Instant.from(issued.notAfter),
              kind: "own" as const,
              ready: status === "ready",
            },
          ],
    ),
  ];
  return { certificates: inventoryOf(found, now), awaited: own.filter(({ status }) => status === "requested") };
}

/** What the certificate itself says and is not kept beside it. In which environment its bank is, is not known here: what sandboxes take is only told of. */
function readLeaf({ chainPem, purpose }: { readonly chainPem: readonly string[]; readonly purpose: "qwac" | "qsealc" }, now: Temporal.Instant) {
  const { certificate, problems } = judgeCertificate(chainPem, { now, purpose, roles: [], tolerated: toleratedInSandbox });
  return {
    issuer: certificate?.issuer ?? "",
    serialNumber: certificate?.serialNumber ?? "",
    authorityId: certificate?.psd2?.ncaId ?? null,
    problems: problems.map(({ reason, severity, sentence }) => ({ reason, message: sentence, refused: severity === "error" })),
  };
}

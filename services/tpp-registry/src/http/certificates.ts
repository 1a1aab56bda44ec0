import { listCertificates } from "@opl/contracts/http/tpp-registry";
import { parseCertificate } from "@opl/eidas";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import * as certificates from "../db/certificate-store.ts";
import { certificateStatus, daysLeft } from "../domain/certificate.ts";

export function certificateRoutes(ctx: Pick<RegistryContext, "db" | "clock">): readonly BoundRoute[] {
  return [
    route(listCertificates, async () => {
      const now = ctx.clock.now();
      const rows = await certificates.listCertificates(ctx.db);
      return {
        certificates: rows.map(({ current, inUse, notBefore, notAfter, aspspId, registrationId, warnedAtDays: _warned, ...row }) => {
          const leaf = parseCertificate(row.chainPem[0] ?? "");
          return {
            ...row,
            notBefore: notBefore.toString(),
            notAfter: notAfter.toString(),
            status: certificateStatus(notAfter, inUse, current, now),
            daysLeft: daysLeft(notAfter, now),
            issuer: leaf.issuer,
            serialNumber: leaf.serialNumber,
            authorityId: leaf.psd2?.ncaId ?? null,
            usedAt: [{ aspspId, registrationId, current }],
            problems: [],
          };
        }),
      };
    }),
  ];
}

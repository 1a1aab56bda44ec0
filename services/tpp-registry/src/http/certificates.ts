import { listCertificates } from "@opl/contracts/http/tpp-registry";
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
        certificates: rows.map(({ current, inUse, notBefore, notAfter, registrationId: _registration, warnedAtDays: _warned, ...row }) => ({
          ...row,
          notBefore: notBefore.toString(),
          notAfter: notAfter.toString(),
          status: certificateStatus(notAfter, inUse, current, now),
          daysLeft: daysLeft(notAfter, now),
        })),
      };
    }),
  ];
}

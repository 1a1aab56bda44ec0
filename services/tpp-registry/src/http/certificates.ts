import { listCertificates } from "@opl/contracts/http/tpp-registry";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import { daysLeft } from "../domain/certificate.ts";
import { listInventory } from "../usecases/list-inventory.ts";
import { refreshBriefly } from "./refresh-briefly.ts";

export function certificateRoutes(ctx: Pick<RegistryContext, "db" | "clock" | "bankGateway">): readonly BoundRoute[] {
  return [
    route(listCertificates, async ({ log }) => {
      const fresh = await refreshBriefly(ctx, log);
      const now = ctx.clock.now();
      const { certificates, awaited } = await listInventory(ctx);
      return {
        certificates: certificates.map(({ notBefore, notAfter, roles, chainPem, usedAt, problems, ...entry }) => ({
          ...entry,
          roles: [...roles],
          chainPem: [...chainPem],
          usedAt: [...usedAt],
          problems: [...problems],
          notBefore: notBefore.toString(),
          notAfter: notAfter.toString(),
          daysLeft: daysLeft(notAfter, now),
        })),
        awaited: awaited.map(({ certificateId, purpose, keyType, createdAt, csrPem }) => ({
          certificateId,
          purpose,
          keyType,
          createdAt: createdAt.toString(),
          csrPem,
        })),
        stale: !fresh,
      };
    }),
  ];
}

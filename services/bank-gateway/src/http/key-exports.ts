import * as contracts from "@opl/contracts/http/bank-gateway";
import { operatorRoute } from "@opl/service";
import { getKeyExport } from "../db/key-export-store.ts";
import type { KeyExport } from "../domain/key-export.ts";
import { errors } from "../errors.ts";
import { collectKeyExport } from "../usecases/collect-key-export.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { requestKeyExport } from "../usecases/request-key-export.ts";
import { stepKeyExport } from "../usecases/step-key-export.ts";
import { verifyKeyAudit } from "../usecases/verify-key-audit.ts";

/** The one way out for a private key: one operator asks, another approves, the first collects once. */
export function keyExportRoutes(ctx: GatewayContext) {
  return [
    operatorRoute(contracts.requestKeyExport, async ({ body, person }) => shown(await requestKeyExport(ctx, { ...body, operator: person }))),
    operatorRoute(contracts.getKeyExport, async ({ params }) => {
      const found = await getKeyExport(ctx.db, params.exportId);
      if (found === undefined) throw errors.ERR_KEY_EXPORT_NOT_FOUND();
      return shown(found);
    }),
    operatorRoute(contracts.approveKeyExport, async ({ params, person }) =>
      shown(await stepKeyExport(ctx, { ...params, action: "approve", operator: person })),
    ),
    operatorRoute(contracts.refuseKeyExport, async ({ params, person }) => shown(await stepKeyExport(ctx, { ...params, action: "refuse", operator: person }))),
    operatorRoute(contracts.collectKeyExport, ({ params, body, person }) => collectKeyExport(ctx, { ...params, ...body, operator: person })),
    operatorRoute(contracts.verifyKeyAudit, async ({ query: { position, hash } }) => {
      const anchor = position === undefined || hash === undefined ? undefined : { position: BigInt(position), hash: Buffer.from(hash, "hex") };
      const { rows, head, broken } = await verifyKeyAudit(ctx, anchor);
      return {
        rows,
        head: head === undefined ? null : { position: Number(head.position), hash: head.hash.toString("hex") },
        broken: broken === undefined ? null : { position: Number(broken.position), why: broken.why },
      };
    }),
  ];
}

function shown(asked: KeyExport) {
  return { ...asked, requestedAt: asked.requestedAt.toString(), endsAt: asked.endsAt.toString() };
}

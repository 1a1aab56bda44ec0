import * as contracts from "@opl/contracts/http/bank-gateway";
import { operatorRoute, route } from "@opl/service";
import type { BoundRoute } from "@opl/service";
import type { AuthorizationServer } from "../banks/authorization-server.ts";
import { getAuthorizationServer, listQuarantined } from "../db/authorization-server-store.ts";
import type { AuthorizationServerRow } from "../db/authorization-server-store.ts";
import { listVerifierProbes } from "../db/verifier-probe-store.ts";
import type { VerifierLie, VerifierProbeRow } from "../db/verifier-probe-store.ts";
import { errors } from "../errors.ts";
import { differences, fingerprint } from "../oauth/discovery/metadata.ts";
import type { ServerMetadata } from "../oauth/discovery/metadata.ts";
import type { GatewayContext } from "../usecases/context.ts";
import { probePkce } from "../usecases/probe-pkce.ts";
import { beginVerifierProbe, finishVerifierProbe } from "../usecases/probe-verifier.ts";

/** What the authorization servers of banks say of themselves: operators look at it and approve what changed. */
export function authorizationServerRoutes(ctx: GatewayContext): BoundRoute[] {
  const serverAt = (aspspId: string): AuthorizationServer => {
    const server = ctx.banks.authorizationServer(aspspId);
    if (server === undefined) throw errors.ERR_ASPSP_CAPABILITY_MISSING();
    return server;
  };
  const shown = async (row: AuthorizationServerRow) => ({ ...serverOf(row), verifier: probesOf(await listVerifierProbes(ctx.db, row.aspspId)) });
  const known = async (aspspId: string, server: AuthorizationServer) => shown((await getAuthorizationServer(ctx.db, aspspId)) ?? (await server.read()));
  return [
    route(contracts.listQuarantines, async () => ({ authorizationServers: await Promise.all((await listQuarantined(ctx.db)).map(shown)) })),
    operatorRoute(contracts.getAuthorizationServer, async ({ params: { aspspId } }) => {
      return known(aspspId, serverAt(aspspId));
    }),
    operatorRoute(contracts.readAuthorizationServer, async ({ params }) => shown(await serverAt(params.aspspId).read())),
    operatorRoute(contracts.approveAuthorizationServer, async ({ params, body, person }) => shown(await serverAt(params.aspspId).approve(body, person))),
    operatorRoute(contracts.probeAuthorizationServer, async ({ params: { aspspId } }) => {
      const server = serverAt(aspspId);
      const { registrationId } = await ctx.banks.active(aspspId);
      await probePkce(ctx, registrationId);
      return known(aspspId, server);
    }),
    operatorRoute(contracts.beginVerifierProbe, async ({ params: { aspspId }, body }) => {
      serverAt(aspspId);
      const { redirectUrl, expiresAt } = await beginVerifierProbe(ctx, aspspId, body.lie);
      return { redirectUrl, expiresAt: expiresAt.toString() };
    }),
    operatorRoute(contracts.finishVerifierProbe, async ({ params: { aspspId }, body }) => {
      const server = serverAt(aspspId);
      await finishVerifierProbe(ctx, aspspId, body.lie, new URL(body.address));
      return known(aspspId, server);
    }),
  ];
}

function probesOf(probes: readonly VerifierProbeRow[]) {
  const of = (lie: VerifierLie) => {
    const { outcome, endedAt } = probes.find((probe) => probe.lie === lie) ?? {};
    return outcome && endedAt ? { outcome, probedAt: endedAt.toString() } : null;
  };
  return { absent: of("absent"), wrong: of("wrong") };
}

function serverOf(row: AuthorizationServerRow) {
  const { aspspId, accepted, acceptedAt, acceptedBy, quarantinedAt, reason, offered, pkceEnforced, pkceProbedAt } = row;
  return {
    aspspId,
    accepted: accepted === null || acceptedAt === null ? null : { ...state(accepted), acceptedAt: acceptedAt.toString(), acceptedBy },
    quarantine:
      quarantinedAt === null || reason === null
        ? null
        : {
            since: quarantinedAt.toString(),
            reason,
            changed: accepted === null || offered === null ? [] : [...differences(accepted, offered)],
            offered: offered === null ? null : state(offered),
          },
    pkce: pkceEnforced === null || pkceProbedAt === null ? null : { enforced: pkceEnforced, probedAt: pkceProbedAt.toString() },
  };
}

function state(metadata: ServerMetadata) {
  return { fingerprint: fingerprint(metadata), metadata };
}

import { applyDesiredState, getDesiredState, planDesiredState, searchAspsps } from "@opl/contracts/http/tpp-registry";
import type { Plan, TppDocument } from "@opl/contracts/model";
import { type BoundRoute, route } from "@opl/service";
import type { RegistryContext } from "../context.ts";
import { listViews } from "../db/bank-view-store.ts";
import { documentHash } from "../document/document-hash.ts";
import { isToDo, type Planned } from "../domain/plan.ts";
import { completed } from "../domain/tpp-profile.ts";
import * as apply from "../usecases/apply-desired-state.ts";
import { checkDrift } from "../usecases/check-drift.ts";
import * as planning from "../usecases/plan-desired-state.ts";
import { readDesiredState } from "../usecases/read-desired-state.ts";
import * as directory from "../usecases/search-aspsps.ts";
import { viewRegistration } from "./registration-view.ts";

export function desiredStateRoutes(ctx: RegistryContext, driftCheckSeconds: number, wake: () => void): readonly BoundRoute[] {
  const { publicOrigin } = ctx.environmentDocument.tpp;
  return [
    route(planDesiredState, async ({ body }) => {
      if (body.document !== null) await apply.refuseMistakes(ctx, body.document);
      const looks = body.refresh ? await checkDrift(ctx, driftCheckSeconds) : [];
      const unasked = looks.filter(({ found }) => found === "unasked").map(({ aspspId }) => aspspId);
      const document = body.document === null ? (await readDesiredState(ctx)).document : completed(body.document, publicOrigin);
      return viewPlan(document, await planning.planDesiredState(ctx, document), unasked);
    }),
    route(applyDesiredState, async ({ body, caller }) => {
      const { revision, planned } = await apply.applyDesiredState(ctx, body.document, caller);
      wake();
      return { revision, plan: viewPlan(completed(body.document, publicOrigin), planned) };
    }),
    route(getDesiredState, async () => {
      const [{ revision, appliedAt, document }, views] = await Promise.all([readDesiredState(ctx), listViews(ctx.db)]);
      const checkedAt = views
        .flatMap((view) => (view.checkedAt === null ? [] : [view.checkedAt]))
        .toSorted((one, other) => Temporal.Instant.compare(one, other))
        .at(-1);
      return {
        revision,
        appliedAt: appliedAt?.toString() ?? null,
        document,
        publicOrigin,
        drift: views.flatMap(({ aspspId, registrationId, driftSince, differences }) =>
          driftSince === null ? [] : [{ aspspId, registrationId, since: driftSince.toString(), differences: [...differences] }],
        ),
        checkedAt: checkedAt?.toString() ?? null,
      };
    }),
    route(searchAspsps, async ({ query }) => ({
      aspsps: (await directory.searchAspsps(ctx, query)).map(({ aspsp, registration }) => {
        if (registration === null) return { ...aspsp, registration: null };
        const { registrationId, status, step } = viewRegistration(registration, ctx.clock.now());
        return { ...aspsp, registration: { registrationId, status, step, terms: registration.terms } };
      }),
    })),
  ];
}

function viewPlan(document: TppDocument, planned: readonly Planned[], unasked: readonly string[] = []): Plan {
  return {
    documentHash: documentHash(document),
    actions: planned.map(({ aspspId, action, why, reason, differences }) => ({ aspspId, action, why, reason, differences })),
    toDo: planned.filter(isToDo).length,
    unasked: unasked.toSorted(),
  };
}

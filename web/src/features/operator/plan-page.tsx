import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, RefreshCw } from "lucide-react";
import { Fragment } from "react";
import { useFormat } from "../../format/use-format.ts";
import { Age } from "../../ui/age.tsx";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { SectionCard } from "../../ui/card.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { Differences } from "./differences.tsx";
import { askAsOperator, operatorQueries, type Plan, type PlanPage } from "./operator-api.ts";
import { OperatorHead } from "./operator-head.tsx";
import { OperatorProblem } from "./operator-problem.tsx";
import { detailIsSaid, detailIsTime, reasonWords, type PlanReason } from "./plan-words.ts";

type Action = Plan["actions"][number];

const actionNames: Record<Action["action"], MessageDescriptor> = {
  register: msg`Register`,
  update: msg`Change`,
  renew: msg`Renew`,
  end: msg`Leave`,
  repair: msg`Repair`,
  retry: msg`Try again`,
  report: msg`Only reported`,
  wait: msg`Wait`,
  none: msg`Nothing`,
};

/** Operators: what should be, what is, and what is left to do. Applying is done by file. */
export function OperatorPlanPage() {
  const { t } = useLingui();
  const queryClient = useQueryClient();
  const { data, error, isPending, refetch } = useQuery(operatorQueries.plan());
  const check = useMutation({
    mutationFn: () => askAsOperator("checkOperatorPlan", {}),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ["operator", "plan"] }),
  });
  return (
    <>
      <OperatorHead
        title={t`Plan`}
        lead={
          <Trans>
            What the document in force wants, and what is left to do. It is kept by itself: where a bank differs, it is repaired, unless the document says
            “onDrift: report”.
          </Trans>
        }
        action={
          data !== undefined && (
            <Button busy={check.isPending} onClick={() => check.mutate()}>
              <RefreshCw aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Ask every bank now</Trans>
            </Button>
          )
        }
      />
      {isPending && (
        <Loading className="space-y-6">
          <Bone className="h-40 w-full rounded-12" />
          <Bone className="h-64 w-full rounded-12" />
        </Loading>
      )}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {check.isError && (
        <div className="mb-6">
          <OperatorProblem error={check.error} />
        </div>
      )}
      {data !== undefined && (
        <div className="space-y-6">
          <ToDo page={data} />
          <Drift page={data} />
          <HowToApply />
          <InForce page={data} />
        </div>
      )}
    </>
  );
}

function ToDo({ page: { plan, drift, checkedAt } }: { page: PlanPage }) {
  const { i18n } = useLingui();
  const shown = plan?.actions.filter(({ action }) => action !== "none") ?? [];
  return (
    <SectionCard
      title={<Trans>What is to do</Trans>}
      description={
        checkedAt === null ? (
          <Trans>Banks have not been asked for their own records yet.</Trans>
        ) : (
          <Trans>
            Banks were asked for their own records <Age at={checkedAt} />.
          </Trans>
        )
      }
      className="pb-4"
    >
      <div className="px-4 pt-4 sm:px-6">
        {plan === null ? (
          <Notice tone="warning" title={<Trans>The plan cannot be made right now</Trans>} />
        ) : shown.length === 0 ? (
          <EmptyState icon={CircleCheck} title={<Trans>Nothing to do</Trans>}>
            <Trans>Every bank is as the document wants it.</Trans>
          </EmptyState>
        ) : (
          <>
            <p role="status" className="mb-2 text-14 text-muted">
              <Plural value={plan.toDo} _0="Nothing that applying would do" one="# thing that applying would do" other="# things that applying would do" />
            </p>
            <ul className="divide-y border-t">
              {shown.map((action) => {
                const since = drift.find(({ aspspId }) => aspspId === action.aspspId)?.since;
                return (
                  <li key={action.aspspId} className="py-3">
                    <p className="flex flex-wrap items-center gap-2 text-14">
                      <span className="font-500">{action.aspspName}</span>
                      <Badge tone={action.action === "wait" || action.action === "report" ? "neutral" : "accent"}>{i18n._(actionNames[action.action])}</Badge>
                      {since !== undefined && <Noticed since={since} />}
                    </p>
                    <Why why={action.why} />
                    <Differences differences={action.differences} bank={action.aspspName} />
                  </li>
                );
              })}
            </ul>
          </>
        )}
      </div>
    </SectionCard>
  );
}

function Why({ why }: { why: readonly PlanReason[] }) {
  const { i18n } = useLingui();
  const format = useFormat();
  return (
    <p className="mt-1 text-14 text-muted break-words">
      {why.map(({ code, detail }, index) => (
        <Fragment key={code}>
          {index > 0 && " "}
          {i18n._(reasonWords[code])}
          {detail !== null && detailIsTime.has(code) && ` ${format.instant(detail)}.`}
          {detail !== null && detailIsSaid.has(code) && (
            <>
              {" "}
              <span lang="en">{detail}.</span>
            </>
          )}
        </Fragment>
      ))}
    </p>
  );
}

/** What is noticed and nothing will be done about; the rest stands with what is to do. */
function Drift({ page: { drift, plan } }: { page: PlanPage }) {
  const told = new Set(plan?.actions.filter(({ action }) => action !== "none").map(({ aspspId }) => aspspId));
  const rest = drift.filter(({ aspspId }) => !told.has(aspspId));
  if (rest.length === 0) return null;
  return (
    <SectionCard title={<Trans>Banks that differ from the document</Trans>} className="pb-4">
      <ul className="divide-y px-4 sm:px-6">
        {rest.map(({ aspspName, registrationId, since, differences }) => (
          <li key={registrationId} className="py-3">
            <p className="text-14">
              <span className="font-500">{aspspName}</span> <Noticed since={since} />
            </p>
            <Differences differences={differences} bank={aspspName} />
          </li>
        ))}
      </ul>
    </SectionCard>
  );
}

function Noticed({ since }: { since: string }) {
  return (
    <span className="text-12 text-muted">
      <Trans>
        noticed <Age at={since} />
      </Trans>
    </span>
  );
}

function HowToApply() {
  return (
    <SectionCard
      title={<Trans>How to change it</Trans>}
      description={<Trans>Write the document as a file, look at the plan, then apply it.</Trans>}
      className="pb-6"
    >
      <pre className="mx-4 mt-4 overflow-x-auto rounded-8 bg-sunken p-3 font-mono text-12 sm:mx-6" tabIndex={0}>
        {"npm run opl -- tpp plan --file tpp.yaml\nnpm run opl -- tpp apply --file tpp.yaml"}
      </pre>
    </SectionCard>
  );
}

function InForce({ page: { revision, appliedAt, document } }: { page: PlanPage }) {
  const { t } = useLingui();
  const format = useFormat();
  return (
    <SectionCard
      title={<Trans>Document in force</Trans>}
      description={
        appliedAt === null || revision === 0 ? (
          <Trans>None was applied; this one is made from the environment.</Trans>
        ) : (
          <Trans>
            Revision {revision}, applied on {format.instant(appliedAt)}
          </Trans>
        )
      }
      className="pb-6"
    >
      <pre
        tabIndex={0}
        role="group"
        aria-label={t`Document in force`}
        className="mx-4 mt-4 max-h-96 overflow-auto rounded-8 bg-sunken p-3 font-mono text-12 sm:mx-6"
      >
        {JSON.stringify(document, null, 2)}
      </pre>
    </SectionCard>
  );
}

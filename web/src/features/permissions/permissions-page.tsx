import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { KeyRound, Plus } from "lucide-react";
import { type ConnectionView, type FundsPermission, queries } from "../../api/queries.ts";
import { usePageWords } from "../../i18n/use-page-words.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PageHead } from "../../ui/page.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";
import { cardWords } from "./card/card-words.ts";
import { FundsCard } from "./card/funds-card.tsx";
import { PermissionCard } from "./card/permission-card.tsx";
import { isStanding } from "./card/validity.ts";

/** What we may read, until when, and the way to stop it. */
export function PermissionsPage() {
  const { t } = useLingui();
  const { data, error, isPending, refetch } = useQuery(queries.connections());
  const funds = useQuery(queries.funds());
  const fundsAway = funds.isError && funds.data === undefined;
  const permissions = funds.data?.permissions ?? [];
  const known = data !== undefined && !data.missing.includes("consents");
  return (
    <>
      <PageHead
        title={t`Permissions`}
        lead={<Trans>What your banks let us read or ask because you said so. You can withdraw any of it here, at any time.</Trans>}
        action={
          data !== undefined && data.connections.length > 0 ? (
            <LinkButton to="/connect">
              <Plus aria-hidden="true" size={16} strokeWidth={1.75} />
              <Trans>Connect a bank</Trans>
            </LinkButton>
          ) : undefined
        }
      />
      {isPending && <PermissionsSkeleton />}
      {error !== null && data === undefined && <ProblemPanel error={error} onRetry={() => void refetch()} />}
      {data !== undefined && (data.missing.length > 0 || fundsAway) && (
        <Notice tone="warning" className="mb-6" title={<Trans>Some of this page cannot be shown right now</Trans>}>
          {!known ? (
            <Trans>Your permissions are not known at the moment. They stay as they are.</Trans>
          ) : fundsAway ? (
            <Trans>Permissions to ask whether there is enough are not known at the moment. They stay as they are.</Trans>
          ) : (
            <Trans>You can still withdraw every permission.</Trans>
          )}
        </Notice>
      )}
      {known && data.connections.length === 0 && (
        <EmptyState
          icon={KeyRound}
          title={<Trans>Nobody may read anything yet</Trans>}
          action={
            <LinkButton look="primary" to="/connect">
              <Trans>Connect a bank</Trans>
            </LinkButton>
          }
        >
          <Trans>Each bank you connect appears here with what may be read, until when, and when it was last used.</Trans>
        </EmptyState>
      )}
      {data !== undefined && data.connections.length + permissions.length > 0 && (
        <Cards connections={data.connections} funds={permissions} ledgerAway={data.missing.includes("accounts")} />
      )}
    </>
  );
}

function Cards({ connections, funds, ledgerAway }: { connections: readonly ConnectionView[]; funds: readonly FundsPermission[]; ledgerAway: boolean }) {
  if (!usePageWords(cardWords)) return <PermissionsSkeleton />;
  const active = connections.filter(isActive);
  const ended = connections.filter((connection) => !isActive(connection));
  const asked = funds.filter(({ endedAt }) => endedAt === null);
  const askedBefore = funds.filter(({ endedAt }) => endedAt !== null);
  return (
    <>
      <div className="space-y-6">
        {active.map((connection) => (
          <PermissionCard key={connection.consentId} connection={connection} ledgerAway={ledgerAway} />
        ))}
        {asked.map((permission) => (
          <FundsCard key={permission.fundsConsentId} permission={permission} />
        ))}
      </div>
      {ended.length + askedBefore.length > 0 && (
        <div className="mt-12">
          <h2 className="mb-4 text-20 font-600">
            <Trans>Ended permissions</Trans>
          </h2>
          <div className="space-y-4">
            {ended.map((connection) => (
              <PermissionCard key={connection.consentId} connection={connection} ledgerAway={ledgerAway} />
            ))}
            {askedBefore.map((permission) => (
              <FundsCard key={permission.fundsConsentId} permission={permission} />
            ))}
          </div>
        </div>
      )}
    </>
  );
}

function isActive(connection: ConnectionView): boolean {
  return isStanding(connection) || connection.status === "partiallyAuthorised" || connection.status === "received";
}

function PermissionsSkeleton() {
  return (
    <Loading className="space-y-6">
      {[0, 1].map((card) => (
        <div key={card} className="rounded-12 border bg-surface p-4 sm:p-6">
          <div className="flex items-center gap-3">
            <Bone className="size-12 rounded-12" />
            <Bone className="h-6 w-40" />
          </div>
          <Bone className="mt-6 h-2 w-full rounded-full" />
          <Bone className="mt-6 h-20 w-full" />
        </div>
      ))}
    </Loading>
  );
}

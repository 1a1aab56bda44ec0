import { Trans, useLingui } from "@lingui/react/macro";
import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { queries } from "../../api/queries.ts";
import { LinkButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { usePageTitle } from "../../ui/page.tsx";
import { OperatorBanksPage } from "./banks-page.tsx";
import { OperatorCertificatesPage } from "./certificates-page.tsx";
import { OperatorLoading } from "./operator-head.tsx";
import { useOperatorWords } from "./operator-words.ts";
import { OperatorPlanPage } from "./plan-page.tsx";

/** The pages of operators. To anybody else they do not exist; what they would show is refused by the server. */
export function OperatorPages() {
  const { page } = useParams({ from: "/signed-in/operator/{-$page}" });
  const me = useQuery(queries.me()).data;
  const ready = useOperatorWords();
  if (me !== undefined && me.role !== "operator") return <NoSuchPage />;
  if (me === undefined || !ready) return <OperatorLoading />;
  switch (page) {
    case undefined:
      return <OperatorBanksPage />;
    case "certificates":
      return <OperatorCertificatesPage />;
    case "plan":
      return <OperatorPlanPage />;
    default:
      return <NoSuchPage />;
  }
}

function NoSuchPage() {
  const { t } = useLingui();
  usePageTitle(t`Page not found`);
  return (
    <EmptyState
      heading="h1"
      icon={Compass}
      title={<Trans>There is no such page</Trans>}
      action={
        <LinkButton look="primary" to="/">
          <Trans>Go to the overview</Trans>
        </LinkButton>
      }
    >
      <Trans>The link may be old or mistyped. Your accounts are where they were.</Trans>
    </EmptyState>
  );
}

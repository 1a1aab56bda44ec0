import { Trans, useLingui } from "@lingui/react/macro";
import { Compass } from "lucide-react";
import { LinkButton } from "./button.tsx";
import { EmptyState } from "./empty-state.tsx";
import { usePageTitle } from "./page.tsx";

/** Where an address leads nowhere, or nowhere for this person. */
export function NoSuchPage() {
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

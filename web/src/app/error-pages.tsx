import { Trans, useLingui } from "@lingui/react/macro";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { LinkButton } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { usePageTitle } from "../ui/page.tsx";
import { ProblemPanel } from "../ui/problem-panel.tsx";

export function NotFoundPage() {
  const { t } = useLingui();
  usePageTitle(t`Page not found`);
  return (
    <main className="grid min-h-dvh place-items-center">
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
    </main>
  );
}

/** A page that could not be made at all: the code did not load, or who is signed in could not be asked. */
export function FatalErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { t } = useLingui();
  usePageTitle(t`Something went wrong`);
  const retry = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <main className="grid min-h-dvh place-items-center">
      <ProblemPanel error={error} onRetry={retry} />
    </main>
  );
}

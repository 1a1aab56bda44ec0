import { Trans, useLingui } from "@lingui/react/macro";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { Compass } from "lucide-react";
import { isApiError } from "../api/api-error.ts";
import { useCallback, useEffect } from "react";
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

/** A page that could not be made: its code did not load, or has a mistake. The frame around it stays. */
export function PageError({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const { t } = useLingui();
  usePageTitle(t`Something went wrong`);
  // What broke in the page itself breaks again; only a fresh start can help, perhaps with newer code.
  const retry = (): void => (isApiError(error) ? again() : window.location.reload());
  const again = useCallback(() => {
    reset();
    void router.invalidate();
  }, [reset, router]);
  const offline = isApiError(error) && error.status === 0;
  useEffect(() => {
    if (!offline) return;
    window.addEventListener("online", again);
    return () => window.removeEventListener("online", again);
  }, [offline, again]);
  return <ProblemPanel heading="h1" error={error} onRetry={retry} />;
}

/** The frame could not be made either, for example because nobody could say who is signed in. */
export function FatalErrorPage(props: ErrorComponentProps) {
  return (
    <main className="grid min-h-dvh place-items-center">
      <PageError {...props} />
    </main>
  );
}

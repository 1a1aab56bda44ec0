import { useLingui } from "@lingui/react/macro";
import { type ErrorComponentProps, useRouter } from "@tanstack/react-router";
import { isApiError } from "../api/api-error.ts";
import { useCallback, useEffect } from "react";
import { NoSuchPage } from "../ui/no-such-page.tsx";
import { usePageTitle } from "../ui/page.tsx";
import { ProblemPanel } from "../ui/problem-panel.tsx";

export function NotFoundPage() {
  return (
    <main className="grid min-h-dvh place-items-center">
      <NoSuchPage />
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

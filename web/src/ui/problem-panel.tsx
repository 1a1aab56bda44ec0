import { Trans } from "@lingui/react/macro";
import { CloudOff } from "lucide-react";
import { isApiError } from "../api/api-error.ts";
import { useProblem } from "../api/use-problem.ts";
import { Button } from "./button.tsx";
import { cx } from "./classes.ts";

/** Takes the place of what could not be loaded, with a way on. */
export function ProblemPanel({
  error,
  onRetry,
  heading: Heading = "h2",
}: {
  error: unknown;
  onRetry?: (() => void) | undefined;
  /** h1 where it is all there is on the page, h3 in a section that has its name above. */
  heading?: "h1" | "h2" | "h3";
}) {
  const { title, detail } = useProblem()(error);
  return (
    <div role="alert" className="mx-auto flex max-w-md flex-col items-center px-4 py-12 text-center">
      <span className="mb-4 inline-flex size-12 items-center justify-center rounded-12 bg-warning-soft text-warning">
        <CloudOff aria-hidden="true" size={20} strokeWidth={1.75} />
      </span>
      <Heading {...(Heading === "h1" ? { tabIndex: -1 } : {})} className={cx("font-600 text-balance", Heading === "h3" ? "text-16" : "text-20")}>
        {title}
      </Heading>
      <p className="mt-2 text-14 text-muted text-pretty">{detail}</p>
      {onRetry !== undefined && (
        <Button look="secondary" className="mt-6" onClick={onRetry}>
          <Trans>Try again</Trans>
        </Button>
      )}
      {isApiError(error) && error.requestId !== undefined && (
        <p className="mt-4 text-12 text-faint">
          <Trans>Reference for support: {error.requestId}</Trans>
        </p>
      )}
    </div>
  );
}

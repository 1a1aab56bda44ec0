import { Trans, useLingui } from "@lingui/react/macro";
import { CircleAlert, CircleCheck, CircleDashed, CircleDot } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import { cx } from "../../ui/classes.ts";
import type { Registration, Step } from "./operator-api.ts";
import { stepName } from "./registration-words.ts";

type State = "done" | "failed" | "now" | "later";

const looks: Record<State, { readonly Icon: typeof CircleDot; readonly className: string }> = {
  done: { Icon: CircleCheck, className: "text-positive" },
  failed: { Icon: CircleAlert, className: "text-danger" },
  now: { Icon: CircleDot, className: "text-accent animate-breathe" },
  later: { Icon: CircleDashed, className: "text-faint" },
};

function stateOf(step: Step, registration: Registration): State {
  if (step.status === "done") return "done";
  if (step.status === "failed") return "failed";
  return registration.status === "running" && registration.step === step.step ? "now" : "later";
}

/** The steps of a registration: which are done, when, how long each took, and what came out. */
export function RegistrationSteps({ registration, onOpen }: { registration: Registration; onOpen: (step: Step["step"]) => void }) {
  const { t, i18n } = useLingui();
  const format = useFormat();
  const seconds = new Intl.NumberFormat(format.locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const words: Record<State, string> = { done: t`done`, failed: t`failed`, now: t`under way`, later: t`not yet` };
  return (
    <ol className="divide-y" aria-label={t`Steps`}>
      {registration.steps.map((step) => {
        const state = stateOf(step, registration);
        const { Icon, className } = looks[state];
        const name = i18n._(stepName(step.step, registration.scheme));
        return (
          <li key={step.step} className="flex min-h-11 flex-wrap items-center gap-x-3 gap-y-1 py-1.5 text-14" data-step={step.step} data-state={state}>
            <Icon aria-hidden="true" size={20} strokeWidth={1.75} className={cx("shrink-0", className)} />
            <span className="min-w-0 flex-1 basis-44">
              {name} <span className="text-12 text-muted">{words[state]}</span>
            </span>
            <span className="flex basis-full empty:hidden items-center gap-3 pl-8 text-12 text-muted tabular sm:basis-auto sm:pl-0">
              {step.finishedAt !== null && <time dateTime={step.finishedAt}>{format.instant(step.finishedAt)}</time>}
              {step.durationMs !== null && <span>{seconds.format(step.durationMs / 1_000)} s</span>}
              {step.hasArtefact && (
                <button
                  type="button"
                  onClick={() => onOpen(step.step)}
                  className="ml-auto min-h-8 whitespace-nowrap rounded-8 px-1 text-14 text-accent underline underline-offset-4 hover:text-accent-strong"
                >
                  <Trans>Show</Trans>
                  <span className="sr-only">: {name}</span>
                </button>
              )}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

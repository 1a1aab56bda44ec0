import { Trans, useLingui } from "@lingui/react/macro";
import { Check, X } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import { cx } from "../../ui/classes.ts";
import type { Order } from "./payments-api.ts";
import { stepNames } from "./status-words.ts";

/** The four honest steps of an order; a step counts as done only when it surely is. */
export function StepLine({ steps }: { steps: Order["steps"] }) {
  const { i18n, t } = useLingui();
  const format = useFormat();
  return (
    <ol aria-label={t`How far it is`} className="grid gap-x-3 gap-y-4 sm:grid-cols-4">
      {steps.map(({ step, state, at }) => (
        <li key={step} aria-current={state === "now" ? "step" : undefined} className="flex gap-3 sm:block">
          <span
            aria-hidden="true"
            className={cx(
              "flex size-6 shrink-0 items-center justify-center rounded-full border sm:mb-2",
              state === "done" && "border-accent bg-accent text-on-accent",
              state === "now" && "animate-breathe border-accent bg-accent-soft",
              state === "failed" && "border-danger bg-danger-soft text-danger",
              state === "open" && "bg-sunken",
            )}
          >
            {state === "done" && <Check size={16} strokeWidth={2} />}
            {state === "failed" && <X size={16} strokeWidth={2} />}
          </span>
          <span className="block min-w-0">
            <span className={cx("block text-14", state === "open" ? "text-muted" : "font-500")}>{i18n._(stepNames[step])}</span>
            <span className="block text-12 text-muted">
              {state === "failed" ? <Trans>No</Trans> : at !== null ? format.instant(at) : state === "now" ? <Trans>Now</Trans> : <Trans>Not yet</Trans>}
            </span>
          </span>
        </li>
      ))}
    </ol>
  );
}

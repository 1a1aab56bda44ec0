import { Trans, useLingui } from "@lingui/react/macro";
import { Check, Minus, X } from "lucide-react";
import { useFormat } from "../../format/use-format.ts";
import { cx } from "../../ui/classes.ts";
import { PaidOf } from "./paid-of.tsx";
import type { Order } from "./payments-api.ts";
import { stepNames } from "./status-words.ts";

type Step = Order["steps"][number];

/** The four honest steps of an order; a step counts as done only when it surely is. */
export function StepLine({ order }: { order: Order }) {
  const { i18n, t } = useLingui();
  return (
    <ol aria-label={t`How far it is`} className="grid gap-x-3 gap-y-4 sm:grid-cols-4">
      {order.steps.map((each) => {
        const { step, state } = each;
        const partly = step === "paid" && order.partlyPaid;
        return (
          <li key={step} aria-current={state === "now" ? "step" : undefined} className="flex gap-3 sm:block">
            <span
              aria-hidden="true"
              className={cx(
                "flex size-6 shrink-0 items-center justify-center rounded-full border sm:mb-2",
                state === "done" && "border-accent bg-accent text-on-accent",
                state === "now" && "animate-breathe border-accent bg-accent-soft",
                state === "failed" && (partly ? "border-warning bg-warning-soft text-warning" : "border-danger bg-danger-soft text-danger"),
                state === "open" && "bg-sunken",
              )}
            >
              {state === "done" && <Check size={16} strokeWidth={2} />}
              {state === "failed" && (partly ? <Minus size={16} strokeWidth={2} /> : <X size={16} strokeWidth={2} />)}
            </span>
            <span className="block min-w-0">
              <span className={cx("block text-14", state === "open" ? "text-muted" : "font-500")}>{i18n._(stepNames[step])}</span>
              <span className="block text-12 text-muted">{partly ? <PaidOf order={order} /> : <Note step={each} />}</span>
            </span>
          </li>
        );
      })}
    </ol>
  );
}

/** When it came about, or that it did not. */
function Note({ step: { state, at } }: { step: Step }) {
  const format = useFormat();
  if (state === "failed") return <Trans>No</Trans>;
  if (at !== null) return format.instant(at);
  return state === "now" ? <Trans>Now</Trans> : <Trans>Not yet</Trans>;
}

import { useLingui } from "@lingui/react/macro";
import { Check } from "lucide-react";
import { today } from "../../format/clock.ts";
import { useFormat } from "../../format/use-format.ts";
import { inputClass } from "../../ui/field.tsx";
import { type PeriodPreset, periodOf, presetSpans, type TransactionSearch } from "./filter.ts";

function usePresetNames(): Record<PeriodPreset, string> {
  const { t } = useLingui();
  return { "this-month": t`This month`, "last-month": t`Last month`, "last-3-months": t`Last 3 months`, "this-year": t`This year`, "last-year": t`Last year` };
}

/** How people call the span of a filter. */
export function usePeriodName(): (search: TransactionSearch) => string | undefined {
  const { t } = useLingui();
  const format = useFormat();
  const names = usePresetNames();
  return (search) => {
    const day = today();
    const period = periodOf(search, day);
    if (period === undefined) return undefined;
    if (period.kind === "preset") return names[period.preset];
    if (period.kind === "month") return format.month(period.month);
    if (period.kind === "year") return period.year;
    const from = period.from === undefined ? undefined : format.shortDay(period.from, day);
    const to = period.to === undefined ? undefined : format.shortDay(period.to, day);
    if (from === undefined) return t`Until ${to ?? ""}`;
    return to === undefined ? t`Since ${from}` : from === to ? from : `${from} – ${to}`;
  };
}

export function PeriodFilter({
  search,
  onChange,
  onDone,
}: {
  search: TransactionSearch;
  onChange: (span: { from: string | undefined; to: string | undefined }) => void;
  onDone: () => void;
}) {
  const { t } = useLingui();
  const names = usePresetNames();
  const day = today();
  const current = periodOf(search, day);
  const set = (name: "from" | "to", value: string): void => onChange({ from: search.from, to: search.to, [name]: value === "" ? undefined : value });
  return (
    <>
      <ul>
        {presetSpans(day).map(([preset, span]) => {
          const chosen = current?.kind === "preset" && current.preset === preset;
          return (
            <li key={preset}>
              <button
                type="button"
                aria-pressed={chosen}
                onClick={() => {
                  onChange(span);
                  onDone();
                }}
                className="flex min-h-10 w-full items-center justify-between rounded-8 px-2 text-left text-14 -outline-offset-2 hover:bg-hover"
              >
                {names[preset]}
                {chosen && <Check aria-hidden="true" size={16} strokeWidth={1.75} className="text-accent" />}
              </button>
            </li>
          );
        })}
      </ul>
      <div className="mt-2 grid grid-cols-2 gap-2 border-t px-1 pb-1 pt-3">
        <label className="text-12 text-muted">
          {t`From`}
          <input
            type="date"
            value={search.from ?? ""}
            max={search.to}
            onChange={(event) => set("from", event.target.value)}
            className={`${inputClass} mt-1 px-2 tabular`}
          />
        </label>
        <label className="text-12 text-muted">
          {t`To`}
          <input
            type="date"
            value={search.to ?? ""}
            min={search.from}
            onChange={(event) => set("to", event.target.value)}
            className={`${inputClass} mt-1 px-2 tabular`}
          />
        </label>
      </div>
    </>
  );
}

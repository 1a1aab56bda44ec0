import { Trans, useLingui } from "@lingui/react/macro";
import { type FormEvent, useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Field } from "../../ui/field.tsx";
import { formText } from "../../ui/form-text.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { readAmountBound, type TransactionSearch } from "./filter.ts";

/** In or out, and how much; the sign never matters to the bounds. */
export function AmountFilter({
  search,
  onChange,
  onDone,
}: {
  search: TransactionSearch;
  onChange: (next: { min?: string | undefined; max?: string | undefined; dir?: "in" | "out" | undefined }) => void;
  onDone: () => void;
}) {
  const { t } = useLingui();
  const [faults, setFaults] = useState<{ min?: boolean; max?: boolean }>({});
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const texts = { min: formText(data, "min").trim(), max: formText(data, "max").trim() };
    const bounds = { min: readAmountBound(texts.min), max: readAmountBound(texts.max) };
    const found = { min: texts.min !== "" && bounds.min === undefined, max: texts.max !== "" && bounds.max === undefined };
    setFaults(found);
    if (found.min || found.max) return;
    onChange(bounds);
    onDone();
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4 p-4">
      <Segmented
        className="w-full"
        label={t`Direction`}
        value={search.dir ?? "both"}
        onChange={(value) => onChange({ dir: value === "both" ? undefined : value })}
        options={[
          { value: "both" as const, label: t`Both` },
          { value: "in" as const, label: t`In` },
          { value: "out" as const, label: t`Out` },
        ]}
      />
      <div className="grid grid-cols-2 gap-3">
        <Field
          label={t`At least`}
          name="min"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={search.min}
          error={faults.min === true ? t`Not an amount` : undefined}
        />
        <Field
          label={t`At most`}
          name="max"
          inputMode="decimal"
          autoComplete="off"
          defaultValue={search.max}
          error={faults.max === true ? t`Not an amount` : undefined}
        />
      </div>
      <Button type="submit" look="primary" size="wide">
        <Trans>Show</Trans>
      </Button>
    </form>
  );
}

import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./classes.ts";

export const inputClass =
  "w-full min-h-11 rounded-8 border border-line-strong bg-surface px-3 text-16 text-ink placeholder:text-faint aria-invalid:border-danger sm:text-14";

/** A labelled text field with its hint and its error where they belong. */
export function Field({
  label,
  hint,
  error,
  className,
  trailing,
  ...rest
}: ComponentProps<"input"> & { label: ReactNode; hint?: ReactNode; error?: ReactNode; trailing?: ReactNode }) {
  const id = useId();
  const hasError = error !== undefined && error !== null && error !== false;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-14 font-500">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          aria-invalid={hasError || undefined}
          aria-describedby={hasError || hint !== undefined ? `${id}-about` : undefined}
          className={cx(inputClass, trailing !== undefined && "pr-12")}
          {...rest}
        />
        {trailing !== undefined && <div className="absolute inset-y-0 right-1 flex items-center">{trailing}</div>}
      </div>
      {(hasError || hint !== undefined) && (
        <p id={`${id}-about`} className={cx("mt-1.5 text-12", hasError ? "text-danger" : "text-muted")}>
          {hasError ? error : hint}
        </p>
      )}
    </div>
  );
}

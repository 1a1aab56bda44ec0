import type { WireAmount } from "../format/format.ts";
import { useFormat } from "../format/use-format.ts";
import { cx } from "./classes.ts";

/** An amount in tables and text. `sign="always"` and `tone` only where in and out are compared. */
export function Amount({
  value,
  sign = "auto",
  tone = "plain",
  className,
}: {
  value: WireAmount;
  sign?: "auto" | "always" | "never";
  tone?: "plain" | "compared";
  className?: string | undefined;
}) {
  const format = useFormat();
  const positive = tone === "compared" && !value.amount.startsWith("-") && /[1-9]/.test(value.amount);
  return <span className={cx("amount", positive && "text-positive", className)}>{format.amount(value, sign)}</span>;
}

/** The figure of a page: whole units strong, cents and symbol lighter. Read as one amount. */
export function Figure({ value, className }: { value: WireAmount; className?: string | undefined }) {
  const format = useFormat();
  const parts = format.amountParts(value);
  const light = "text-muted font-400 text-[0.72em]";
  const symbol = (
    <span className={light}>
      {parts.symbolPosition === "after" && parts.space}
      {parts.currency}
      {parts.symbolPosition === "before" && parts.space}
    </span>
  );
  return (
    <span className={cx("amount inline-block font-600 tracking-tight", className)}>
      <span className="sr-only">{format.amount(value)}</span>
      <span aria-hidden="true">
        {parts.sign}
        {parts.symbolPosition === "before" && symbol}
        {parts.integer}
        {parts.fraction !== "" && (
          <span className={light}>
            {parts.decimal}
            {parts.fraction}
          </span>
        )}
        {parts.symbolPosition === "after" && symbol}
      </span>
    </span>
  );
}

import { cx } from "./classes.ts";

/** Up to two capital letters that stand for a name. */
export function initialsOf(name: string): string {
  const words = name.match(/[\p{L}\p{N}]+/gu) ?? [];
  const letters = words.length > 1 ? [words[0], words[1]].map((word) => Array.from(word ?? "")[0] ?? "") : Array.from(words[0] ?? "").slice(0, 2);
  return letters.join("").toLocaleUpperCase();
}

const sizes = { small: "size-6 rounded-[6px] text-12", medium: "size-9 rounded-8 text-12", large: "size-12 rounded-12 text-16" };

/** Stands where a bank's logo would: no foreign logos are shipped. */
export function BankMark({ name, size = "medium", className }: { name: string; size?: keyof typeof sizes; className?: string | undefined }) {
  return (
    <span
      aria-hidden="true"
      className={cx("inline-flex shrink-0 select-none items-center justify-center border bg-sunken font-600 tracking-tight text-muted", sizes[size], className)}
    >
      {size === "small" ? initialsOf(name).slice(0, 1) : initialsOf(name)}
    </span>
  );
}

const hues = [
  "bg-hue-7",
  "bg-hue-2",
  "bg-hue-10",
  "bg-hue-5",
  "bg-hue-12",
  "bg-hue-9",
  "bg-hue-3",
  "bg-hue-6",
  "bg-hue-11",
  "bg-hue-1",
  "bg-hue-8",
  "bg-hue-4",
] as const;

/** The dot that tells accounts apart beside their names; `index` is the account's place in the list of accounts. */
export function AccountDot({ index, className }: { index: number; className?: string | undefined }) {
  return (
    <span
      aria-hidden="true"
      data-drawn=""
      className={cx("inline-block size-2 shrink-0 rounded-full", hues[((index % hues.length) + hues.length) % hues.length], className)}
    />
  );
}

import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { useId, useState } from "react";
import type { TransactionRow } from "../../../api/queries.ts";
import { Button } from "../../../ui/button.tsx";
import { cx } from "../../../ui/classes.ts";
import { inputClass } from "../../../ui/field.tsx";

/** One note for all of them. What stood there gives way, which is said before; `onNote` with null removes. */
export function NoteForm({ rows, onNote }: { rows: readonly TransactionRow[]; onNote: (note: string | null) => void }) {
  const { t } = useLingui();
  const id = useId();
  const [typed, setTyped] = useState("");
  const noted = rows.filter(({ note }) => note !== null).length;
  const text = typed.trim();
  return (
    <form
      className="px-4 pb-4 pt-2 sm:px-6"
      onSubmit={(event) => {
        event.preventDefault();
        if (text !== "") onNote(text);
      }}
    >
      <label htmlFor={id} className="text-12 font-500 text-faint">
        <Trans>Your note on each of them</Trans>
      </label>
      <textarea
        id={id}
        // Opened to type into it.
        autoFocus
        rows={2}
        maxLength={500}
        placeholder={t`Only you see it`}
        value={typed}
        // One line of plain text: what would break it, pasted or typed, becomes a blank.
        onChange={(event) => setTyped(event.target.value.replaceAll(/\p{Cc}+/gu, " "))}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          event.currentTarget.form?.requestSubmit();
        }}
        className={cx(inputClass, "mt-1 block py-2")}
      />
      {noted > 0 && (
        <p className="mt-2 text-12 text-muted">
          <Plural value={noted} one="# of them has a note already, which this replaces." other="# of them have a note already, which this replaces." />
        </p>
      )}
      <div className="mt-3 flex flex-wrap gap-2">
        <Button type="submit" look="primary" size="small" disabled={text === ""}>
          <Trans>Save note</Trans>
        </Button>
        {noted > 0 && (
          <Button size="small" onClick={() => onNote(null)}>
            <Trans>Remove the notes</Trans>
          </Button>
        )}
      </div>
    </form>
  );
}

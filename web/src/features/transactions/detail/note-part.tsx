import { Trans, useLingui } from "@lingui/react/macro";
import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import type { TransactionRow } from "../../../api/queries.ts";
import { useProblem } from "../../../api/use-problem.ts";
import { Button } from "../../../ui/button.tsx";
import { cx } from "../../../ui/classes.ts";
import { inputClass } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { draftOf, keepDraft } from "./note-draft.ts";
import { useNote } from "./use-said.ts";

/** The person's own line about a transaction. */
export function NotePart({ row }: { row: TransactionRow }) {
  const { t } = useLingui();
  const id = useId();
  const problem = useProblem();
  const save = useNote(row.transactionId);
  const queryClient = useQueryClient();
  const [draft, setDraft] = useState(() => draftOf(queryClient, row.transactionId));
  const kept = row.note ?? "";
  const text = draft ?? kept;
  const changed = text.trim() !== kept;
  const type = (typed: string | undefined): void => {
    setDraft(typed);
    keepDraft(queryClient, row.transactionId, typed);
  };
  const send = (): void => {
    if (!changed || save.isPending) return;
    save.mutate(text.trim() === "" ? null : text.trim(), { onSuccess: () => setDraft(draftOf(queryClient, row.transactionId)) });
  };
  return (
    <section className="border-b px-5 py-4">
      <label htmlFor={id} className="text-12 font-500 text-faint">
        <Trans>Your note</Trans>
      </label>
      <textarea
        id={id}
        rows={2}
        maxLength={500}
        placeholder={t`Only you see it`}
        value={text}
        // One line of plain text: what would break it, pasted or typed, becomes a blank.
        onChange={(event) => type(event.target.value.replaceAll(/\p{Cc}+/gu, " "))}
        onKeyDown={(event) => {
          if (event.key !== "Enter") return;
          event.preventDefault();
          send();
        }}
        className={cx(inputClass, "mt-1 block py-2")}
      />
      <div className={cx("mt-2 flex items-center gap-3", !changed && !save.isSuccess && "hidden")}>
        {changed && (
          <Button size="small" look="primary" busy={save.isPending} onClick={send}>
            <Trans>Save note</Trans>
          </Button>
        )}
        {changed && (
          <Button size="small" look="quiet" onClick={() => type(undefined)}>
            <Trans>Discard</Trans>
          </Button>
        )}
        <span role="status" className="text-12 text-muted">
          {!changed && save.isSuccess && (kept === "" ? <Trans>Note removed</Trans> : <Trans>Note saved</Trans>)}
        </span>
      </div>
      {save.error !== null && (
        <Notice tone="danger" live title={problem(save.error).title} className="mt-2">
          {problem(save.error).detail}
        </Notice>
      )}
    </section>
  );
}

import { type ReactNode, useEffect } from "react";

/** Names the browser tab after the page. */
export function usePageTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · One Point Ledger`;
  }, [title]);
}

/** The head of a page: its title, a line below and actions on the right. The heading takes focus after navigation. */
export function PageHead({ title, lead, leadIsLive = false, action }: { title: string; lead?: ReactNode; leadIsLive?: boolean; action?: ReactNode }) {
  usePageTitle(title);
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 tabIndex={-1} className="text-28 font-600 tracking-tight text-balance break-words hyphens-auto">
          {title}
        </h1>
        {lead !== undefined && (
          <p role={leadIsLive ? "status" : undefined} className="mt-1 max-w-2xl text-14 text-muted text-pretty">
            {lead}
          </p>
        )}
      </div>
      {action}
    </header>
  );
}

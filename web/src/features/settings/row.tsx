import type { ReactNode } from "react";

/** One thing of a section: its name, what it is for, and what can be done with it. */
export function Row({ name, about, children }: { name: ReactNode; about?: ReactNode; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-3 border-t px-4 py-4 first:border-t-0 sm:px-6">
      <div className={about === undefined ? "shrink-0" : "min-w-0 flex-1 basis-48"}>
        <p className="text-14 font-500 break-words">{name}</p>
        {about !== undefined && <p className="mt-0.5 text-12 text-muted text-pretty">{about}</p>}
      </div>
      {children}
    </div>
  );
}

import type { ReactNode } from "react";
import { SectionCard } from "../../ui/card.tsx";
import { ProblemPanel } from "../../ui/problem-panel.tsx";
import { Bone, Loading } from "../../ui/skeleton.tsx";

export interface Place {
  /** What the section is of: heard, and jumped to, until the card says its finding. */
  readonly title: ReactNode;
  readonly height: "h-65" | "h-80";
}

/** The place of a chart before it is there, as high as its card will be: finding, description, legend, chart, the way to its table. */
export function ChartPlace({ title, height, loading = false }: Place & { loading?: boolean }) {
  const bones = (
    <>
      <Bone className="h-6 w-80 max-w-full" />
      <Bone className="mt-1 h-5 w-56 max-w-full" />
      <Bone className={`mt-15 mb-7 w-full rounded-8 @xl:mt-10 ${height}`} />
    </>
  );
  return (
    <div className="@container rounded-12 border bg-surface p-4 sm:p-6">
      <h2 className="sr-only">{title}</h2>
      {loading ? <Loading>{bones}</Loading> : bones}
    </div>
  );
}

/** The place of a few rows while they load. */
export function RowsSkeleton() {
  return (
    <Loading className="space-y-3 px-2 pb-4 pl-13 pt-2">
      <Bone className="h-4 w-full" />
      <Bone className="h-4 w-full" />
      <Bone className="h-4 w-full" />
    </Loading>
  );
}

/** A section that could not be had, under its name: several may fail on a page. */
export function SectionProblem({ title, error, onRetry }: { title: ReactNode; error: unknown; onRetry: () => void }) {
  return (
    <SectionCard title={title}>
      <ProblemPanel heading="h3" error={error} onRetry={onRetry} />
    </SectionCard>
  );
}

/** A section whose figures do not exist yet says what will be here, and what a person can do for it. */
export function NothingHere({ title, children, action }: { title: ReactNode; children: ReactNode; action?: ReactNode }) {
  return (
    <section className="rounded-12 border bg-surface p-4 sm:p-6">
      <h2 className="text-16 font-600">{title}</h2>
      <p className="mt-1 text-14 text-muted">{children}</p>
      {action !== undefined && <div className="mt-3">{action}</div>}
    </section>
  );
}

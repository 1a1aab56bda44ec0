import type { ReactNode } from "react";

/** One thing that is so of a permission. */
export function Fact({ name, children }: { name: ReactNode; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-12 text-muted">{name}</dt>
      <dd className="mt-0.5 text-14">{children}</dd>
    </div>
  );
}

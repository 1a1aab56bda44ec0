import { useLingui } from "@lingui/react/macro";
import { CatchBoundary } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import type { Overview } from "../../api/queries.ts";

const AttentionItem = lazy(() => import("./attention/attention-item.tsx").then((module) => ({ default: module.AttentionItem })));

type Item = Overview["attention"][number];

/** What needs the person, as a short list on top. Nothing at all when nothing does, which is why its lines load when there are some. */
export function Attention({ items }: { items: readonly Item[] }) {
  const { t } = useLingui();
  if (items.length === 0) return null;
  // About the height of what comes.
  const placeholder = <div className="min-h-28 sm:min-h-14" />;
  return (
    <section aria-label={t`Needs your attention`} className="mb-6">
      <ul className="overflow-hidden rounded-12 border bg-surface">
        {items.map((item, index) => (
          <li key={"questionId" in item ? item.questionId : index} className="border-b last:border-b-0">
            {/* A line that cannot be had takes no figure of the page away. */}
            <CatchBoundary getResetKey={() => item.kind} errorComponent={() => null}>
              <Suspense fallback={placeholder}>
                <AttentionItem item={item} placeholder={placeholder} />
              </Suspense>
            </CatchBoundary>
          </li>
        ))}
      </ul>
    </section>
  );
}

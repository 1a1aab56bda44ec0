import { useLingui } from "@lingui/react/macro";
import { CatchBoundary } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Overview } from "../../api/queries.ts";
import type { Question } from "./attention/charge-question.tsx";

const load = () => import("./attention/attention-item.tsx");
const AttentionItem = lazy(() => load().then((module) => ({ default: module.AttentionItem })));
const AttentionAnswered = lazy(() => load().then((module) => ({ default: module.AttentionAnswered })));

type Item = Overview["attention"][number];

/** What needs the person, as a short list on top. Nothing at all when nothing does, which is why its lines load when there are some. */
export function Attention({ items }: { items: readonly Item[] }) {
  const { t } = useLingui();
  const [answered, setAnswered] = useState<Question>();
  if (items.length === 0 && answered === undefined) return null;
  // About the height of what comes.
  const placeholder = <div className="min-h-28 sm:min-h-14" />;
  return (
    <section aria-label={t`Needs your attention`} className="mb-6">
      <ul className="overflow-hidden rounded-12 border bg-surface empty:hidden">
        {items.map((item, index) => (
          <li key={"questionId" in item ? item.questionId : index} className="border-b last:border-b-0">
            {/* A line that cannot be had takes no figure of the page away. */}
            <CatchBoundary getResetKey={() => item.kind} errorComponent={() => null}>
              <Suspense fallback={placeholder}>
                <AttentionItem item={item} placeholder={placeholder} onAnswered={setAnswered} />
              </Suspense>
            </CatchBoundary>
          </li>
        ))}
      </ul>
      {(answered !== undefined || items.some((item) => "questionId" in item)) && (
        <CatchBoundary getResetKey={() => answered?.questionId ?? ""} errorComponent={() => null}>
          <Suspense fallback={null}>
            <AttentionAnswered question={answered} />
          </Suspense>
        </CatchBoundary>
      )}
    </section>
  );
}

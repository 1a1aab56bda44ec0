import { type ComponentProps, lazy, Suspense } from "react";
import { Bone } from "../ui/skeleton.tsx";
import type { LineChart } from "./line-chart.tsx";

const Chart = lazy(() => import("./line-chart.tsx").then((module) => ({ default: module.LineChart })));

/** The line chart, with its drawing code loaded after the figures of the page are there. */
export function LazyLineChart(props: ComponentProps<typeof LineChart>) {
  const height = props.height ?? 220;
  return (
    <Suspense
      fallback={
        <div className="@container">
          <div className="pt-11 @lg:pt-6">
            <div style={{ height }}>
              <Bone className="h-full w-full rounded-8" />
            </div>
          </div>
        </div>
      }
    >
      <Chart {...props} />
    </Suspense>
  );
}

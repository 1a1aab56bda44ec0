import { Bone, Loading } from "../../ui/skeleton.tsx";

/** The shape of the overview while it loads. */
export function OverviewSkeleton() {
  return (
    <Loading className="grid grid-cols-1 gap-6 lg:grid-cols-12">
      <div className="rounded-12 border bg-surface p-4 sm:p-6 lg:col-span-12">
        <Bone className="h-4 w-24" />
        <Bone className="mt-3 h-10 w-56" />
        <Bone className="mt-3 h-4 w-72 max-w-full" />
        <Bone className="mt-6 h-44 w-full rounded-8" />
      </div>
      <div className="rounded-12 border bg-surface p-4 sm:p-6 lg:col-span-7">
        <Bone className="h-5 w-28" />
        {[0, 1, 2, 3, 4].map((row) => (
          <div key={row} className="mt-5 flex items-center gap-3">
            <Bone className="size-2 rounded-full" />
            <Bone className="h-4 w-40" />
            <span className="flex-1" />
            <Bone className="h-4 w-20" />
          </div>
        ))}
      </div>
      <div className="rounded-12 border bg-surface p-4 sm:p-6 lg:col-span-5">
        <Bone className="h-5 w-48" />
        <Bone className="mt-6 h-44 w-full rounded-8" />
      </div>
    </Loading>
  );
}

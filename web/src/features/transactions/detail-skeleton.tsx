import { Bone, Loading } from "../../ui/skeleton.tsx";

/** The shape of a transaction while it loads. */
export function DetailSkeleton() {
  return (
    <Loading className="space-y-3 px-5 py-6">
      <Bone className="h-4 w-24" />
      <Bone className="h-5 w-48" />
      <Bone className="h-9 w-36" />
      <Bone className="mt-6 h-8 w-full" />
      <Bone className="h-24 w-full" />
    </Loading>
  );
}

import { lazy, Suspense } from "react";
import { answerProof, useProofWanted } from "../api/recent-sign-in.ts";

const ProofDialog = lazy(() => import("./proof-dialog.tsx").then((module) => ({ default: module.ProofDialog })));

/** Stands in every frame of a person who is signed in: asks who is here when a request needs it. */
export function ConfirmPresence() {
  const wanted = useProofWanted();
  if (!wanted) return null;
  return (
    <Suspense fallback={null}>
      <ProofDialog onAnswer={answerProof} />
    </Suspense>
  );
}

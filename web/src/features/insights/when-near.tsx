import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense, useCallback, useState } from "react";
import { SectionProblem } from "./section-states.tsx";

/** How far below the window a section is made ready. */
const AHEAD = "600px";

/** What lies further down a page, with its code: asked for when the reader comes near it. Until then, and while it comes, `placeholder`. */
export function WhenNear({ placeholder, children }: { placeholder: ReactNode; children: ReactNode }) {
  const [near, setNear] = useState(false);
  const watch = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true), { rootMargin: AHEAD });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  if (!near) return <div ref={watch}>{placeholder}</div>;
  return (
    // A section that cannot be had takes no other from the page.
    <CatchBoundary getResetKey={() => "section"} errorComponent={NotLoaded}>
      <Suspense fallback={placeholder}>{children}</Suspense>
    </CatchBoundary>
  );
}

/** Of a section whose code could not be had: only a new document asks for it again. */
function NotLoaded({ error }: { error: unknown }) {
  return <SectionProblem error={error} onRetry={() => window.location.reload()} />;
}

import { CatchBoundary } from "@tanstack/react-router";
import { type ReactNode, Suspense, useCallback, useState } from "react";
import { ChartPlace, type Place, SectionProblem } from "./section-states.tsx";

/** How far below the window a section is made ready. */
const AHEAD = "600px";

/**
 * What lies further down a page, with its code: asked for when the reader comes near it. Until then its place; while it comes, that place loading,
 * which the section shows itself until it has its figures.
 */
export function WhenNear({ children, ...place }: Place & { children: (place: Place) => ReactNode }) {
  const [near, setNear] = useState(false);
  const watch = useCallback((element: HTMLElement | null) => {
    if (element === null) return undefined;
    const observer = new IntersectionObserver((entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true), { rootMargin: AHEAD });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const [NotLoaded] = useState(() => notLoaded(place.title));
  if (!near) {
    return (
      <div ref={watch}>
        <ChartPlace {...place} />
      </div>
    );
  }
  return (
    // A section that cannot be had takes no other from the page.
    <CatchBoundary getResetKey={() => "section"} errorComponent={NotLoaded}>
      <Suspense fallback={<ChartPlace {...place} loading />}>{children(place)}</Suspense>
    </CatchBoundary>
  );
}

/** In place of a section whose code could not be had: only a new document asks for it again. */
function notLoaded(title: ReactNode) {
  return function NotLoaded({ error }: { error: unknown }) {
    return <SectionProblem title={title} error={error} onRetry={() => window.location.reload()} />;
  };
}

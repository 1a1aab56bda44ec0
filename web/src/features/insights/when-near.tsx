import { type ReactNode, Suspense, useCallback, useState } from "react";

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
  return near ? <Suspense fallback={placeholder}>{children}</Suspense> : <div ref={watch}>{placeholder}</div>;
}

import { useEffect, useRef, useState } from "react";

const DURATION = 600;

/** Runs towards a growing number instead of jumping; jumps where the person wants no motion. */
export function useCountUp(target: number): number {
  const [shown, setShown] = useState(target);
  const current = useRef(target);
  useEffect(() => {
    const from = current.current;
    if (target <= from || window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
      current.current = target;
      setShown(target);
      return;
    }
    let frame = 0;
    let start: number | undefined;
    const step = (time: number): void => {
      start ??= time;
      const share = Math.min(1, (time - start) / DURATION);
      current.current = Math.round(from + (target - from) * (1 - (1 - share) ** 3));
      setShown(current.current);
      if (share < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, [target]);
  return shown;
}

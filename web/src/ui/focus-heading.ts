/** Moves focus to the heading of the page: a screen reader says where we are, and the next Tab starts there. @returns whether there is one */
export function focusHeading(): boolean {
  const heading = document.querySelector<HTMLElement>("main h1");
  heading?.focus({ preventScroll: true });
  return heading !== null;
}

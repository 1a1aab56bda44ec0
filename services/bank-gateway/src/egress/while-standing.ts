import type { Egress } from "./egress.ts";

/**
 * The way out for as long as something stands that a person can take back. Whoever makes the first call has just asked; each later one, a
 * repeat as well, may come long after that, so it is asked again (G-18).
 * @param stands throws once it does not
 */
export function whileStanding(egress: Egress, stands: () => Promise<unknown>): Egress {
  let asked = true;
  return async (request) => {
    const fresh = asked;
    asked = false;
    if (!fresh) await stands();
    return egress(request);
  };
}

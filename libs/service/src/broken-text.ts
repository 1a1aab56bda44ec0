import type { z } from "zod";

/**
 * For a schema of a body, after everything else about it was right: JSON may write half of a character (`"\ud800"`), but that is no text,
 * and a store that takes JSON refuses it.
 */
export function refuseBrokenText(body: unknown, check: z.RefinementCtx): void {
  const path = brokenTextIn(body);
  if (path !== undefined) check.addIssue({ code: "custom", path, message: "Half of a character is no text" });
}

interface Place {
  readonly value: unknown;
  readonly name: string;
  readonly within: Place | undefined;
}

/** @returns the path of the first text that is broken; of the object where it is a name in it */
function brokenTextIn(body: unknown): string[] | undefined {
  const waiting: Place[] = [{ value: body, name: "", within: undefined }];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    const { value } = place;
    if (typeof value === "string" && !value.isWellFormed()) return pathOf(place);
    if (typeof value !== "object" || value === null) continue;
    const members = Object.entries(value);
    if (members.some(([name]) => !name.isWellFormed())) return pathOf(place);
    // The first one is taken next.
    for (const [name, member] of members.toReversed()) waiting.push({ value: member, name, within: place });
  }
  return undefined;
}

function pathOf(place: Place): string[] {
  const path: string[] = [];
  for (let at = place; at.within !== undefined; at = at.within) path.push(at.name);
  return path.toReversed();
}

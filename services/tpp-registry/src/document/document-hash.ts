import { createHash } from "node:crypto";
import type { TppDocument } from "@opl/contracts/model";

/** Digest of what a document says, whatever the order of its members and of its banks. SHA-256, hex. */
export function documentHash(document: TppDocument): string {
  const banks = document.banks.toSorted((one, other) => (one.aspsp < other.aspsp ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify(ordered({ ...document, banks })))
    .digest("hex");
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, member]) => [name, ordered(member)]),
  );
}

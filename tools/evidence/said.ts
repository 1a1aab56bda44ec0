import { stripVTControlCharacters } from "node:util";

/** What of an error is told; whatever else it has is not. */
export interface Said {
  readonly message: string;
  readonly code?: unknown;
  readonly diff?: string | undefined;
  readonly stacks?: readonly { readonly file: string; readonly line: number }[] | undefined;
  readonly cause?: unknown;
}

const longest = 1_200;
const mostCauses = 3;

/** What somebody needs who has only this: of each error the sentence, the place, what caused it, and the difference, none of them endless. */
export function textOf(errors: readonly Said[]): string {
  return stripVTControlCharacters(errors.map((error) => ofError(error, mostCauses)).join("\n"));
}

function ofError({ code, message, diff, stacks = [], cause }: Said, causes: number): string {
  const [place] = stacks;
  const parts = [
    shortened(typeof code === "string" ? `${code} ${message}` : message),
    place === undefined ? "" : `at ${place.file}:${String(place.line)}`,
    isSaid(cause) && causes > 0 ? `because of ${ofError(cause, causes - 1)}` : "",
    shortened(diff ?? ""),
  ];
  return parts.filter((part) => part !== "").join("\n");
}

const shortened = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text);

function isSaid(cause: unknown): cause is Said {
  return typeof cause === "object" && cause !== null && typeof (cause as { message?: unknown }).message === "string";
}

import type { Aspsp, WrittenTppDocument } from "@opl/contracts/model";

export interface DocumentProblem {
  /** Where in the document: `["banks", 0, "roles", 1]`. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what to do, to be read after the place. */
  readonly message: string;
  /** A note is no hindrance. */
  readonly level: "mistake" | "note";
}

type Known = Pick<Aspsp, "aspspId" | "environment">;

/** What a document is held against. */
export interface Platform {
  /** Null while it is not known which banks there are: then nothing is said of them. */
  readonly directory: readonly Known[] | null;
  /** Where people reach it. */
  readonly publicOrigin: string;
}

/** What a document says that cannot be, beyond its schema, and what is to be wondered at. */
export function documentProblems({ tpp, banks }: WrittenTppDocument, platform: Platform | null): readonly DocumentProblem[] {
  const directory = platform?.directory ?? null;
  const publicOrigin = tpp.publicOrigin ?? platform?.publicOrigin;
  const known = directory === null ? null : new Map(directory.map((aspsp) => [aspsp.aspspId, aspsp]));
  const names = [...(known?.keys() ?? [])];
  const ofBanks = banks.flatMap((bank, index) => {
    const at = ["banks", index] as const;
    const entry = known?.get(bank.aspsp);
    return [
      ...(known !== null && entry === undefined && bank.state === "registered" ? [mistake([...at, "aspsp"], unknownBank(bank.aspsp, names))] : []),
      ...(bank.roles ?? []).flatMap((role, place) =>
        tpp.roles.includes(role)
          ? []
          : [mistake([...at, "roles", place], `${role} is not one of our roles (${tpp.roles.join(", ")}); add it to tpp.roles or remove it here`)],
      ),
      ...(bank.redirectUris ?? []).flatMap((uri, place) => redirectProblems(uri, [...at, "redirectUris", place], publicOrigin, entry)),
      ...(bank.redirectUris === undefined && entry?.environment === "production" && publicOrigin?.startsWith("https://") === false
        ? [mistake(["tpp", "publicOrigin"], `${bank.aspsp} is a production bank and takes people back to https addresses only; begin the origin with https://`)]
        : []),
    ];
  });
  return [...(platform === null ? [] : originNotes(tpp.publicOrigin, platform.publicOrigin)), ...ofBanks];
}

function originNotes(written: string | undefined, publicOrigin: string): readonly DocumentProblem[] {
  if (written === undefined || written === publicOrigin) return [];
  const message = `${written} is not where this platform is reached (${publicOrigin}), so people do not come back from their bank; leave it out to follow the platform`;
  return [{ path: ["tpp", "publicOrigin"], message, level: "note" }];
}

function redirectProblems(uri: string, path: DocumentProblem["path"], publicOrigin: string | undefined, entry: Known | undefined): readonly DocumentProblem[] {
  const { protocol, origin } = new URL(uri);
  if (protocol !== "https:" && entry?.environment === "production")
    return [mistake(path, `${uri} is not https, which a production bank (${entry.aspspId}) asks for; begin it with https://`)];
  return publicOrigin === undefined || origin === publicOrigin
    ? []
    : [
        {
          path,
          level: "note",
          message: `${uri} lies outside of ${publicOrigin}, where people reach the product; people come back there only if you lead them on`,
        },
      ];
}

function unknownBank(aspspId: string, names: readonly string[]): string {
  const near = nearest(aspspId, names);
  return `the directory knows no bank ${aspspId}; ${near === undefined ? "search it with GET /aspsps of tpp-registry" : `perhaps ${near} is meant`}`;
}

function mistake(path: DocumentProblem["path"], message: string): DocumentProblem {
  return { path, message, level: "mistake" };
}

/** The known word most like this one, if any is like it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, distance: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .toSorted((one, other) => one.distance - other.distance);
  return best !== undefined && best.distance <= Math.max(2, word.length / 3) ? best.name : undefined;
}

/** Levenshtein's distance. */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of one.split("").entries()) {
    const current = [row + 1];
    for (const [column, against] of other.split("").entries())
      current.push(Math.min((previous[column] ?? 0) + (letter === against ? 0 : 1), (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    previous = current;
  }
  return previous[other.length] ?? 0;
}

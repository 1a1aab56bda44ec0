import { readFileSync } from "node:fs";

/** Text of a file that the command line names. `refuse` makes the error, from the words that follow the name of the file. */
export function readInputFile(file: string, example: string, refuse: (what: string, cause: unknown) => Error): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const what =
      code === "ENOENT"
        ? `is not there; copy ${example} and fill it in`
        : code === "EISDIR"
          ? "is a folder; name the file in it"
          : `cannot be read (${code}); correct its rights`;
    throw refuse(what, cause);
  }
}

import type { PersonBooks } from "./books.ts";
import { aino } from "./households/aino.ts";
import { eetu } from "./households/eetu.ts";
import { generateLoadPerson } from "./load.ts";

/** Somebody who can log in at this bank by hand. */
export interface Resident {
  readonly psuId: string;
  readonly name: string;
  /** What is special about this person, for those who must choose one. */
  readonly note: { readonly en: string; readonly fi: string };
  generate(input: { seed: string; begins: Temporal.PlainDate; today: Temporal.PlainDate }): PersonBooks;
}

const taavi: Resident = {
  psuId: "88888883",
  name: "Taavi Tuhatrivi",
  note: { en: "12,000 transactions on four accounts, for measurements", fi: "12 000 tapahtumaa neljällä tilillä, mittauksia varten" },
  generate: (input) => generateLoadPerson({ ...input, psuId: "88888883", name: "Taavi Tuhatrivi", count: 12_000 }),
};

export const residents: readonly Resident[] = [aino, eetu, taavi];

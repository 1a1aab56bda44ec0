import type { Aspsp } from "@opl/contracts/model";

export interface DirectoryChange {
  readonly aspsp: Aspsp;
  readonly change: "added" | "changed" | "removed";
}

/** What became different in the directory; how a bank is just now, and whether we are registered there, is no change of it. */
export function directoryChanges(before: readonly Aspsp[], after: readonly Aspsp[]): readonly DirectoryChange[] {
  const known = new Map(before.map((aspsp) => [aspsp.aspspId, aspsp]));
  const left = new Set(after.map(({ aspspId }) => aspspId));
  return [
    ...after.flatMap((aspsp): DirectoryChange[] => {
      const old = known.get(aspsp.aspspId);
      if (old === undefined) return [{ aspsp, change: "added" }];
      return lasting(old) === lasting(aspsp) ? [] : [{ aspsp, change: "changed" }];
    }),
    ...before.filter(({ aspspId }) => !left.has(aspspId)).map((aspsp): DirectoryChange => ({ aspsp, change: "removed" })),
  ];
}

function lasting(aspsp: Aspsp): string {
  const { health: _health, registered: _registered, capabilities, countries, ...rest } = aspsp;
  return JSON.stringify(
    Object.entries({ ...rest, capabilities: capabilities.toSorted(), countries: countries.toSorted() }).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export interface AspspSearch {
  readonly name?: string | undefined;
  readonly country?: string | undefined;
  readonly bic?: string | undefined;
}

/** By a part of the name, whatever its accents and case, by country and by BIC, of which 8 characters stand for every branch. */
export function isFound({ name, countries, bic }: Pick<Aspsp, "name" | "countries" | "bic">, search: AspspSearch): boolean {
  return (
    (search.name === undefined || plain(name).includes(plain(search.name))) &&
    (search.country === undefined || countries.includes(search.country)) &&
    (search.bic === undefined || (bic !== null && sameBank(bic, search.bic)))
  );
}

const bankLength = 8;

/** ISO 9362: the last three of 11 characters name a branch; where they are left out on either side, every branch is meant. */
function sameBank(one: string, other: string): boolean {
  return one.length === bankLength || other.length === bankLength ? one.slice(0, bankLength) === other.slice(0, bankLength) : one === other;
}

function plain(text: string): string {
  return text
    .normalize("NFKD")
    .replaceAll(/\p{Mark}/gu, "")
    .toLowerCase()
    .trim();
}

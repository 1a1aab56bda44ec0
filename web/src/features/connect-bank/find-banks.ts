import type { Bank } from "../../api/queries.ts";

const plain = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Every country some bank is in, the ones with most banks first. */
export function countriesOf(banks: readonly Pick<Bank, "countries">[]): string[] {
  const counts = new Map<string, number>();
  for (const { countries } of banks) for (const country of countries) counts.set(country, (counts.get(country) ?? 0) + 1);
  return [...counts].toSorted(([a, m], [b, n]) => n - m || a.localeCompare(b)).map(([country]) => country);
}

/** Banks by name or BIC and country; those that can be connected first, then by name. */
export function findBanks<B extends Pick<Bank, "name" | "bic" | "countries" | "registered">>(
  banks: readonly B[],
  typed: string,
  country: string | undefined,
): B[] {
  const wanted = plain(typed.trim());
  return banks
    .filter((bank) => country === undefined || bank.countries.includes(country))
    .filter((bank) => wanted === "" || plain(bank.name).includes(wanted) || (bank.bic !== null && plain(bank.bic).startsWith(wanted)))
    .toSorted((a, b) => (a.registered === b.registered ? 0 : a.registered ? -1 : 1) || a.name.localeCompare(b.name));
}

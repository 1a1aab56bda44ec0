import { describe, expect, it } from "vitest";
import { countriesOf, findBanks } from "./find-banks.ts";

const bank = (name: string, countries: string[], bic: string | null = null, registered = true) => ({ name, countries, bic, registered });
const banks = [bank("Ålandsbanken", ["FI", "SE"], "AABAFI22"), bank("OP", ["FI"], "OKOYFIHH"), bank("Nordea", ["FI", "SE"], "NDEAFIHH", false)];
const names = (typed: string, country?: string): string[] => findBanks(banks, typed, country).map(({ name }) => name);

describe("findBanks", () => {
  it("finds without accents, by part of a name or the start of a BIC", () => {
    expect(names("aland")).toEqual(["Ålandsbanken"]);
    expect(names("okoy")).toEqual(["OP"]);
    expect(names("xyz")).toEqual([]);
  });

  it("keeps to a country and puts what can be connected first", () => {
    expect(names("", "SE")).toEqual(["Ålandsbanken", "Nordea"]);
    expect(countriesOf(banks)).toEqual(["FI", "SE"]);
  });
});

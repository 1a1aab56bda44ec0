import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { categorise } from "./category.ts";
import { categoryRules, rulesVersion } from "./category-rules/index.ts";
import type { Entry } from "./entry.ts";
import { noAccounts, ownAccountsOf } from "./own-accounts.ts";
import { fold } from "./words.ts";

const entry = (over: Partial<Entry>): Entry => ({
  accountId: "a",
  bookingStatus: "booked",
  amountMinor: -1250n,
  currency: "EUR",
  bookingDate: "2026-11-02",
  counterpartyName: null,
  counterpartyIban: null,
  remittanceInformation: null,
  reference: null,
  proprietaryCode: null,
  ...over,
});
const own = ownAccountsOf([
  { accountId: "current", kind: "current", iban: "FI2112345600000785", ownerName: "AINO TESTINEN" },
  { accountId: "card", kind: "card", iban: null, ownerName: "Aino" },
]);

/** What people see on Nordic statements, and where it belongs. */
const golden: readonly (readonly [name: string | null, message: string | null, code: string | null, amount: bigint, category: string])[] = [
  ["K-MARKET KAMPPI", "OSTOPVM 261101", "PKORTTIMAKSU", -1899n, "groceries"],
  ["KORTTIOSTO K-MARKET TÖÖLÖ HELSINKI", null, null, -899n, "groceries"],
  ["S-MARKET SÖRNÄINEN", null, "PKORTTIMAKSU", -4210n, "groceries"],
  ["PRISMA TRIPLA HELSINKI", null, "PKORTTIMAKSU", -8990n, "groceries"],
  ["K-Citymarket Iso Omena", null, null, -12_345n, "groceries"],
  ["LIDL HERTTONIEMI", null, "PKORTTIMAKSU", -2500n, "groceries"],
  ["SALE KALLIO", null, "PKORTTIMAKSU", -500n, "groceries"],
  ["ICA SUPERMARKET BAREN", null, "Kortköp", -30_000n, "groceries"],
  ["ALKO KAMPPI", null, "KORTTIOSTO", -2290n, "groceries"],
  ["Leipomo Rost", null, null, -680n, "groceries"],
  ["HESBURGER KAMPPI", null, "PKORTTIMAKSU", -1190n, "eating-out"],
  ["Ravintola Savoy", null, null, -9900n, "eating-out"],
  ["WOLT", null, "KORTTIOSTO", -2790n, "eating-out"],
  ["Wolt Market Helsinki", null, "KORTTIOSTO", -2790n, "groceries"],
  ["UBER *EATS", null, null, -2300n, "eating-out"],
  ["R-KIOSKI RAUTATIEASEMA", null, "PKORTTIMAKSU", -390n, "eating-out"],
  ["SUMUP *KAHVILA SINI", null, null, -450n, "eating-out"],
  ["HSL MOBIILILIPPU", null, "PKORTTIMAKSU", -310n, "transport"],
  ["VR Matkapalvelut", null, null, -4590n, "transport"],
  ["NESTE K ÄÄNEKOSKI", null, "PKORTTIMAKSU", -7000n, "transport"],
  ["EasyPark Oy", null, null, -520n, "transport"],
  ["Taksi Helsinki", null, null, -2100n, "transport"],
  ["Traficom", "Ajoneuvovero 2026", "TILISIIRTO", -18_250n, "transport"],
  ["UBER   *TRIP HELP.UBER.COM", null, null, -1540n, "transport"],
  ["Matti Meikäläinen", "Vuokra marraskuu 2026", "TILISIIRTO", -95_000n, "housing"],
  ["Asunto Oy Kallionkulma", "Yhtiövastike 11/2026", "TILISIIRTO", -31_250n, "housing"],
  ["Helen Oy", null, "E-LASKU", -6421n, "housing"],
  ["SATO OYJ", null, null, -88_000n, "housing"],
  ["Caruna Espoo Oy", "Sähkönsiirto", null, -3300n, "housing"],
  ["Bostads Ab Granen", "vederlag", null, -30_000n, "housing"],
  ["OP", "Asuntolainan lyhennys", "LAINANHOITO", -65_000n, "housing"],
  ["NETFLIX.COM", null, "PKORTTIMAKSU", -1399n, "subscriptions"],
  ["PAYPAL *SPOTIFY", null, null, -1099n, "subscriptions"],
  ["Spotify AB", null, null, -1099n, "subscriptions"],
  ["APPLE.COM/BILL", null, null, -299n, "subscriptions"],
  ["ELISA OYJ", null, "E-LASKU", -2990n, "subscriptions"],
  ["DNA Oyj", "Puhelinlasku", null, -1990n, "subscriptions"],
  ["HELSINGIN SANOMAT", null, null, -3290n, "subscriptions"],
  ["YLIOPISTON APTEEKKI", null, "PKORTTIMAKSU", -1870n, "health"],
  ["Mehiläinen Oy", null, null, -8900n, "health"],
  ["Elixia Kamppi", null, null, -5490n, "health"],
  ["Parturi-Kampaamo Sirpa", null, null, -4500n, "health"],
  ["VERKKOKAUPPA.COM OYJ", null, "PKORTTIMAKSU", -29_900n, "shopping"],
  ["H&M 0123 HELSINKI", null, "PKORTTIMAKSU", -3990n, "shopping"],
  ["IKEA VANTAA", null, null, -15_600n, "shopping"],
  ["AMZN Mktp DE", null, null, -2199n, "shopping"],
  ["KLARNA*ZALANDO", null, null, -7990n, "shopping"],
  ["Klarna Bank AB", null, null, -7990n, "shopping"],
  ["FINNKINO TENNISPALATSI", null, null, -1690n, "leisure"],
  ["Veikkaus Oy", null, null, -1000n, "leisure"],
  ["BOOKING.COM", null, null, -18_900n, "leisure"],
  ["STEAMGAMES.COM 4259522", null, null, -1999n, "leisure"],
  ["Helsingin kaupunki", "Päivähoitomaksu 10/2026", "E-LASKU", -29_500n, "family"],
  ["MUSTI JA MIRRI", null, "PKORTTIMAKSU", -5600n, "family"],
  ["LähiTapiola", null, "E-LASKU", -4250n, "finance"],
  ["IF VAHINKOVAKUUTUS OYJ", null, null, -2990n, "finance"],
  ["Verohallinto", "Jäännösvero", "TILISIIRTO", -42_000n, "finance"],
  [null, "Tilinhoitomaksu", "PALVELUMAKSU", -550n, "finance"],
  ["Nordnet Bank AB", null, null, -20_000n, "finance"],
  ["KUORMATEHDAS OY", "PALKKA", "PALKKA", 250_000n, "income"],
  ["Kela", "Lapsilisä", null, 9488n, "income"],
  ["Verohallinto", "Veronpalautus", null, 35_000n, "income"],
  ["Ilmarinen", null, "ELÄKE", 180_000n, "income"],
  ["Försäkringskassan", "Barnbidrag", null, 125_000n, "income"],
  [null, null, "AUTOM.NOSTO", -4000n, "other"],
  ["OTTO. AUTOMAATTI", null, null, -2000n, "other"],
  ["Punainen Risti", "Kuukausilahjoitus", null, -1500n, "other"],
  ["MobilePay Anna A", null, null, -1500n, "other"],
  ["Aino Testinen", "Siirto säästötilille", "TILISIIRTO", -20_000n, "transfers"],
  [null, "Oma siirto", null, -20_000n, "transfers"],
];

describe("categorise", () => {
  it.each(golden)("%s / %s / %s (%s) is %s", (counterpartyName, remittanceInformation, proprietaryCode, amountMinor, category) => {
    expect(categorise(entry({ counterpartyName, remittanceInformation, proprietaryCode, amountMinor }), noAccounts)).toMatchObject({ category });
  });

  it("explains itself: rule, words as the bank wrote them, how sure, version", () => {
    expect(categorise(entry({ counterpartyName: "KORTTIOSTO K-MARKET TÖÖLÖ" }), noAccounts)).toEqual({
      category: "groceries",
      ruleId: "counterparty.k-market",
      matched: "K-MARKET",
      confidence: "certain",
      rulesVersion,
    });
    expect(categorise(entry({ counterpartyName: "Matti Virtanen", remittanceInformation: "marraskuun VUOKRA, kiitos" }), noAccounts)).toMatchObject({
      ruleId: "word.rent",
      matched: "VUOKRA",
      confidence: "likely",
    });
    expect(categorise(entry({ counterpartyName: "Xyzzy" }), noAccounts)).toEqual({
      category: "other",
      ruleId: "fallback.sign",
      matched: null,
      confidence: "guess",
      rulesVersion,
    });
    expect(categorise(entry({ counterpartyName: "Xyzzy", amountMinor: 5n }), noAccounts)).toMatchObject({ category: "income", ruleId: "fallback.sign" });
  });

  it("knows the person's own accounts by IBAN, however it is written, and by the owner's name in any order", () => {
    expect(categorise(entry({ counterpartyIban: "FI21 1234 5600 0007 85", counterpartyName: "PRISMA" }), own)).toMatchObject({
      category: "transfers",
      ruleId: "transfer.own-account",
      confidence: "certain",
    });
    expect(categorise(entry({ counterpartyName: "Testinen Aino" }), own)).toMatchObject({
      category: "transfers",
      ruleId: "transfer.own-name",
      confidence: "likely",
    });
    expect(categorise(entry({ counterpartyName: "Aino" }), own)).toMatchObject({ category: "other" });
    expect(categorise(entry({ counterpartyIban: "FI2112345600000785" }), noAccounts)).toMatchObject({ category: "other" });
  });

  it("does not take a person for a company of the same name", () => {
    expect(categorise(entry({ counterpartyName: "Elisa Virtanen", proprietaryCode: "TILISIIRTO" }), noAccounts)).toMatchObject({
      category: "other",
      ruleId: "fallback.sign",
    });
    expect(categorise(entry({ counterpartyName: "Elisa" }), noAccounts)).toMatchObject({ category: "subscriptions" });
  });

  it("knows that on a card account only shops are paid: a name that could be a person's may have a place behind it", () => {
    expect(categorise(entry({ counterpartyName: "SALE KALLIO" }), own)).toMatchObject({ ruleId: "fallback.sign" });
    expect(categorise(entry({ counterpartyName: "SALE KALLIO", accountId: "card" }), own)).toMatchObject({ category: "groceries" });
  });

  it("takes the longer of two phrases: a market of Wolt is no restaurant", () => {
    expect(categorise(entry({ counterpartyName: "WOLT MARKET" }), noAccounts).ruleId).toBe("counterparty.wolt-market");
  });

  it("looks at the direction: the tax office takes and gives", () => {
    expect(categorise(entry({ counterpartyName: "Verohallinto" }), noAccounts).category).toBe("finance");
    expect(categorise(entry({ counterpartyName: "Verohallinto", amountMinor: 100n }), noAccounts).category).toBe("income");
  });

  const anyText = fc.option(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.constantFrom("K-MARKET", "vuokra", "PALKKA", "=", "*", "İ", "ﬁ", "ẞ"),
    ),
    { nil: null },
  );
  const anyEntry = fc.record({
    accountId: fc.constant("a"),
    bookingStatus: fc.constantFrom("booked" as const, "pending" as const),
    amountMinor: fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
    currency: fc.constantFrom("EUR", "JPY", "KWD"),
    bookingDate: fc.constant("2026-02-28"),
    counterpartyName: anyText,
    counterpartyIban: anyText,
    remittanceInformation: anyText,
    reference: anyText,
    proprietaryCode: anyText,
  });

  it("is pure and total: every entry has one category, twice the same, and what matched stands in the entry", () => {
    fc.assert(
      fc.property(anyEntry, (given) => {
        const frozen = Object.freeze({ ...given });
        const reason = categorise(frozen, own);
        expect(categorise(frozen, own)).toEqual(reason);
        expect(reason.rulesVersion).toBe(rulesVersion);
        expect(reason.ruleId).toMatch(/^(code|counterparty|word|transfer|fallback)\.[a-z0-9-]+$/);
        if (reason.matched !== null) {
          expect(
            [given.counterpartyName, given.counterpartyIban, given.remittanceInformation, given.proprietaryCode].some(
              (text) => text?.includes(reason.matched ?? "") === true,
            ),
          ).toBe(true);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("the rules", () => {
  it("have unique names and phrases that can match", () => {
    const seen = new Map<string, string>();
    for (const rule of categoryRules) {
      expect(rule.id).toMatch(/^(code|counterparty|word)\.[a-z0-9-]+$/);
      for (const phrase of rule.phrases) {
        expect(phrase, rule.id).toMatch(/^=?[a-z0-9]+\*?( [a-z0-9]+\*?)*$/);
        expect(phrase).toBe(fold(phrase));
        const place = `${rule.source} ${rule.direction ?? "both"} ${phrase}`;
        expect(seen.get(place), `"${phrase}" stands in ${rule.id} and in`).toBeUndefined();
        seen.set(place, rule.id);
      }
      for (const phrase of rule.phrases.filter((each) => each.includes("*"))) expect(phrase.replace("*", "").length, phrase).toBeGreaterThanOrEqual(3);
    }
    const ids = categoryRules.map((rule) => `${rule.id} ${rule.category}`);
    expect(new Set(ids).size).toBe(ids.length);
    expect(categoryRules.length).toBeGreaterThan(400);
  });

  it("change only together with their version", () => {
    const digest = createHash("sha256").update(JSON.stringify(categoryRules)).digest("hex").slice(0, 12);
    expect({ rulesVersion, digest }).toMatchInlineSnapshot(`
      {
        "digest": "6a54ee0c727e",
        "rulesVersion": 4,
      }
    `);
  });
});

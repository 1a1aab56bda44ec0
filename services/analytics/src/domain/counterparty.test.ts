import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanCounterparty, counterpartyTextOf } from "./counterparty.ts";

describe("cleanCounterparty", () => {
  it.each([
    ["KORTTIOSTO K-MARKET KAMPPI", null, "K-Market Kamppi", "k market kamppi"],
    ["K-MARKET KAMPPI", null, "K-Market Kamppi", "k market kamppi"],
    ["PAYPAL *SPOTIFY", null, "Spotify", "spotify"],
    ["SumUp *Kahvila Sini", null, "Kahvila Sini", "kahvila sini"],
    ["ZETTLE_*LEIPOMO ROST", null, "Leipomo Rost", "leipomo rost"],
    ["NETFLIX.COM", null, "Netflix", "netflix"],
    ["DNA OYJ", null, "DNA", "dna"],
    ["ELISA OYJ", null, "Elisa", "elisa"],
    ["LÄHITAPIOLA KESKINÄINEN VAKUUTUSYHTIÖ", null, "Lähitapiola Keskinäinen Vakuutusyhtiö", "lahitapiola keskinainen vakuutusyhtio"],
    ["H&M 0123 HELSINKI", null, "H&M Helsinki", "h m helsinki"],
    ["ROBERT'S COFFEE", null, "Robert's Coffee", "robert s coffee"],
    ["ASUNTO OY HELSINGIN KUJA 1", null, "Asunto Oy Helsingin Kuja", "asunto helsingin kuja"],
    ["KIINTEISTÖ- JA ISÄNNÖINTIPALVELU", null, "Kiinteistö ja Isännöintipalvelu", "kiinteisto ja isannointipalvelu"],
    ["Matti Meikäläinen", "vuokra", "Matti Meikäläinen", "matti meikalainen"],
    [null, "KORTTIOSTO 1234 PRISMA TRIPLA 02.11", "Prisma Tripla", "prisma tripla"],
    ["Oy", null, "Oy", "oy"],
    ["12345", null, "12345", "12345"],
    [null, null, "", ""],
    ["   ", null, "", ""],
  ])("%s / %s", (name, text, clean, key) => {
    expect(cleanCounterparty(counterpartyTextOf({ counterpartyName: name, remittanceInformation: text }))).toEqual({ name: clean, key });
  });

  it("gives the same key to the same counterparty however it is decorated", () => {
    const keys = ["ELISA OYJ", "Elisa Oyj", "ELISA OYJ 00123456", "KORTTIOSTO ELISA", "elisa.fi"].map((name) => cleanCounterparty(name).key);
    expect(new Set(keys)).toEqual(new Set(["elisa"]));
  });

  it("never throws and invents no letters", () => {
    fc.assert(
      fc.property(fc.option(fc.string({ unit: "binary" }), { nil: null }), fc.option(fc.string(), { nil: null }), (name, text) => {
        const clean = cleanCounterparty(counterpartyTextOf({ counterpartyName: name, remittanceInformation: text }));
        const source = (name ?? text ?? "").toLowerCase();
        for (const word of clean.name.toLowerCase().split(/[^\p{L}\p{N}\p{M}]+/u)) expect(source).toContain(word);
      }),
    );
  });
});

import { describe, expect, it } from "vitest";
import { readableName, readableTitle } from "./counterparty.ts";

describe("readableName", () => {
  it("turns a bank's capitals into a name", () => {
    expect(readableName("K-CITYMARKET KAMPPI")).toBe("K-Citymarket Kamppi");
    expect(readableName("KIINTEISTÖ OY ÄIDINLINNA  ")).toBe("Kiinteistö Oy Äidinlinna");
    expect(readableName("VR-YHTYMÄ OYJ")).toBe("VR-Yhtymä Oyj");
    expect(readableName("HSL HELSINGIN SEUDUN LIIKENNE")).toBe("HSL Helsingin Seudun Liikenne");
    expect(readableName("VIRTANEN AINO JA MIKKO")).toBe("Virtanen Aino ja Mikko");
    expect(readableName("KELA/FPA")).toBe("Kela/FPA");
    expect(readableName("BOLT.EU/O/26")).toBe("Bolt.eu/O/26");
  });

  it("leaves alone what is written already, short or full of digits", () => {
    expect(readableName("S-market Kallio")).toBe("S-market Kallio");
    expect(readableName("DNA")).toBe("DNA");
    expect(readableName("R-KIOSKI 4711B")).toBe("R-Kioski 4711B");
  });
});

describe("readableTitle", () => {
  const row = { counterparty: { name: null, iban: null, bic: null }, remittanceInformation: null, proprietaryCode: null };
  it("falls back to the text, then to the bank's type of entry", () => {
    expect(readableTitle({ ...row, counterparty: { ...row.counterparty, name: "Elisa" }, remittanceInformation: "x" })).toBe("Elisa");
    expect(readableTitle({ ...row, remittanceInformation: "Vuokra maaliskuu\nrivi 2", proprietaryCode: "TILISIIRTO" })).toBe("Vuokra maaliskuu");
    expect(readableTitle({ ...row, proprietaryCode: "PALVELUMAKSU" })).toBe("Palvelumaksu");
    expect(readableTitle(row)).toBeUndefined();
  });
});

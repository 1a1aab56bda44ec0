import { describe, expect, it } from "vitest";
import { accountMistakeSoFar, type Draft, type DraftItem, emptyItem, findMistakes, orderOf, readNote, wantsAddress } from "./draft.ts";

const today = "2026-11-29";
const item: DraftItem = {
  ...emptyItem("0198c1f0-5a5a-7000-8000-000000000001"),
  name: "Kallion Vuokra Oy",
  account: "FI21 1234 5600 0007 85",
  amount: "12,50",
  note: "Rent",
};
const draft: Draft = {
  from: { aspspId: "op", accountId: null },
  scheme: "sepa",
  items: [item],
  when: "now",
  firstDate: "",
  every: "month",
  count: "",
  chargeBearer: "shared",
  speed: "normal",
};
const abroad: DraftItem = {
  ...item,
  account: "US 123456789".replace("US ", ""),
  address: "1 Main St",
  city: "Springfield",
  country: "us",
  bic: "CHASUS33",
  currency: "usd",
  amount: "1,000.5",
};

describe("a note", () => {
  it.each([
    ["12344", { kind: "reference", reference: "12344" }],
    ["1234 4", { kind: "reference", reference: "12344" }],
    ["rf18 5390 0754 7034", { kind: "reference", reference: "RF18539007547034" }],
    ["12345", "reference-mistyped"],
    ["RF18 5390 0754 7035", "reference-mistyped"],
    ["  Rent  for November ", { kind: "message", text: "Rent for November" }],
    ["Invoice 12345", { kind: "message", text: "Invoice 12345" }],
    ["   ", null],
  ])("%s", (note, read) => {
    expect(readNote(note)).toEqual(read);
  });
});

describe("a draft", () => {
  it("without mistakes is sent as it stands", () => {
    expect(findMistakes(draft, today)).toEqual([]);
    expect(orderOf(draft)).toEqual({
      aspspId: "op",
      debtorAccountId: null,
      payments: [
        {
          paymentId: item.paymentId,
          instruction: {
            scheme: "sepa",
            amount: { amount: "12.50", currency: "EUR" },
            creditor: { iban: "FI2112345600000785", name: "Kallion Vuokra Oy", address: null, country: null },
            remittance: { kind: "message", text: "Rent" },
          },
          schedule: { firstDate: null, every: null, count: 1 },
        },
      ],
    });
  });

  const cases: [title: string, change: Partial<Draft> | { item: Partial<DraftItem> }, finding: string][] = [
    ["no account to pay from", { from: null }, "from missing"],
    ["no name", { item: { name: " " } }, "name missing"],
    ["an endless name", { item: { name: "a".repeat(71) } }, "name too-long"],
    ["no account of the payee", { item: { account: "" } }, "account missing"],
    ["an IBAN with a slip", { item: { account: "FI21 1234 5600 0007 58" } }, "account iban-digits"],
    ["an IBAN cut short", { item: { account: "FI21 1234 5600 0007 8" } }, "account iban-length"],
    ["an IBAN of no country", { item: { account: "1234 5600 0007 85" } }, "account iban-country"],
    ["no amount", { item: { amount: "" } }, "amount missing"],
    ["an amount that is none", { item: { amount: "twelve" } }, "amount amount"],
    ["more than SEPA carries", { item: { amount: "1 000 000 000" } }, "amount amount-too-large"],
    ["no note", { item: { note: "" } }, "note missing"],
    ["a reference with a slip", { item: { note: "12345" } }, "note reference"],
    ["an endless message", { item: { note: "a".repeat(141) } }, "note too-long"],
    ["no day", { when: "later" }, "firstDate missing"],
    ["a day gone by", { when: "later", firstDate: "2026-11-28" }, "firstDate past"],
    ["a day too far", { when: "later", firstDate: "2027-12-31" }, "firstDate too-far"],
    ["once is no repetition", { when: "repeat", firstDate: today, count: "1" }, "count count"],
    ["no end of repetitions", { when: "repeat", firstDate: today, count: "61" }, "count count"],
  ];
  it.each(cases)("%s", (_title, change, finding) => {
    const changed: Draft = "item" in change ? { ...draft, items: [{ ...item, ...change.item }] } : { ...draft, ...change };
    expect(findMistakes(changed, today).map(({ field, mistake }) => `${field} ${mistake}`)).toEqual([finding]);
  });

  it.each([
    ["sepa", "FI21 1234", null],
    ["sepa", "FI21 1234 5600 0007 84", "iban-digits"],
    ["sepa", "1234", "iban-country"],
    ["foreign", "1234", null],
    ["foreign", "ACME", null],
    ["foreign", "FI21 1234 5600 0007 84", "iban-digits"],
  ] as const)("%s: the account %s has the mistake %s while it is typed", (scheme, account, mistake) => {
    expect(accountMistakeSoFar(scheme, account)).toBe(mistake);
  });

  it("to another country wants an address", () => {
    const german = { ...item, account: "DE89 3704 0044 0532 0130 00" };
    expect(wantsAddress(draft, german)).toBe(true);
    // As the page groups it when the field is left.
    expect(wantsAddress(draft, { ...item, account: german.account.replaceAll(" ", "\u00a0") })).toBe(true);
    expect(findMistakes({ ...draft, items: [german] }, today).map(({ field }) => field)).toEqual(["address", "city", "country"]);
    const whole = { ...german, address: "Hauptstr. 1", city: "10115 Berlin", country: "de" };
    expect(findMistakes({ ...draft, items: [whole] }, today)).toEqual([]);
    expect(orderOf({ ...draft, items: [whole] }).payments[0]?.instruction).toMatchObject({
      creditor: { address: ["Hauptstr. 1", "10115 Berlin"], country: "DE" },
    });
  });

  it("abroad goes by account number and BIC, at once, with a message", () => {
    const foreign: Draft = { ...draft, scheme: "foreign", items: [abroad], when: "repeat" };
    expect(findMistakes(foreign, today)).toEqual([]);
    expect(orderOf(foreign).payments[0]).toMatchObject({
      instruction: {
        scheme: "foreign",
        amount: { amount: "1000.50", currency: "USD" },
        creditor: { account: { scheme: "BBAN", id: "123456789" }, agent: { bic: "CHASUS33" }, address: { country: "US" } },
        remittance: { kind: "message", text: "Rent" },
        chargeBearer: "shared",
        urgent: false,
      },
      schedule: { firstDate: null, count: 1 },
    });
    const hurried = { chargeBearer: "debtor", urgent: true };
    expect(orderOf({ ...foreign, chargeBearer: "debtor", speed: "urgent" }).payments[0]?.instruction).toMatchObject(hurried);
    expect(orderOf({ ...draft, chargeBearer: "debtor", speed: "urgent" }).payments[0]?.instruction).not.toMatchObject(hurried);
    expect(findMistakes({ ...foreign, items: [{ ...abroad, bic: "CHAS", currency: "dollar" }] }, today).map(({ field }) => field)).toEqual(["bic", "currency"]);
  });

  it("names the row of each mistake", () => {
    expect(findMistakes({ ...draft, items: [item, { ...item, name: "" }] }, today)).toEqual([{ item: 1, field: "name", mistake: "missing" }]);
  });

  it("repeats as said", () => {
    expect(orderOf({ ...draft, when: "repeat", firstDate: "2026-12-01", count: "12" }).payments[0]?.schedule).toEqual({
      firstDate: "2026-12-01",
      every: "month",
      count: 12,
    });
  });
});

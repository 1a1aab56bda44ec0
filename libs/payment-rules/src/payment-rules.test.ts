import { schedule as scheduleSchema } from "@opl/contracts/model";
import type { PaymentInstruction, PaymentSchedule } from "@opl/contracts/model";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  creditorReference,
  dueDates,
  electronicIban,
  finnishCheckDigit,
  ibanMistake,
  ibanMistakeSoFar,
  ibanProblems,
  isCreditorReference,
  isFinnishReference,
  judgePayments,
} from "./index.ts";

const today = Temporal.PlainDate.from("2026-11-29");
const once: PaymentSchedule = { firstDate: null, every: null, count: 1 };
const sepa: Extract<PaymentInstruction, { scheme: "sepa" }> = {
  scheme: "sepa",
  amount: { amount: "12.50", currency: "EUR" },
  creditor: { iban: "FI2112345600000785", name: "Sähkö Oy", address: null, country: null },
  remittance: { kind: "reference", reference: "1232" },
};
const foreign: Extract<PaymentInstruction, { scheme: "foreign" }> = {
  scheme: "foreign",
  amount: { amount: "100.00", currency: "USD" },
  creditor: {
    name: "Acme Inc.",
    account: { scheme: "BBAN", id: "123456789" },
    agent: { bic: "CHASUS33", clearingSystemId: null, name: null, address: null },
    address: { line1: "1 Main Street", line2: null, country: "US" },
  },
  remittance: { kind: "message", text: "Invoice 7" },
  chargeBearer: "shared",
  urgent: false,
};
const problemsOf = (instruction: PaymentInstruction, schedule: PaymentSchedule = once): readonly string[] =>
  judgePayments([{ instruction, schedule }], today).map(({ field, problem }) => `${field} ${problem}`);

describe("account numbers", () => {
  it("takes the IBAN as people write it and gives it as banks do", () => {
    for (const text of ["fi21 1234 5600 0007 85", "FI21\u00a01234\u00a05600\u00a00007\u00a085", "FI21-1234-5600-0007-85"])
      expect(electronicIban(text)).toBe("FI2112345600000785");
    expect(ibanProblems("FI21 1234 5600 0007 85")).toEqual(["iban-not-electronic"]);
  });
  it("finds every single wrong digit (mod 97)", () => {
    fc.assert(
      fc.property(fc.nat({ max: 15 }), fc.integer({ min: 1, max: 9 }), (place, by) => {
        const iban = "FI2112345600000785";
        const at = place + 2;
        const wrong = iban.slice(0, at) + ((Number.parseInt(iban.charAt(at), 10) + by) % 10) + iban.slice(at + 1);
        expect(ibanProblems(wrong)).toEqual(["iban"]);
      }),
    );
  });
  it.each(["", "FI", "XX2112345600000785", "FI211234560000078", "FI2112345600000785 "])("%j is no IBAN of a payment", (text) => {
    expect(ibanProblems(text)).not.toEqual([]);
  });
});

describe("an IBAN while it is typed", () => {
  const whole = ["FI2112345600000785", "DE89370400440532013000", "MT84MALT011000012345MTLCAST001S", "NO9386011117947"];
  it.each(whole)("has no mistake at any letter of %s", (iban) => {
    for (let typed = 0; typed <= iban.length; typed += 1) expect([typed, ibanMistakeSoFar(iban.slice(0, typed))]).toEqual([typed, null]);
    expect(ibanMistake(iban)).toBeNull();
  });
  it.each([
    ["", null, "country"],
    ["X", null, "country"],
    ["XX2", null, "country"],
    ["XX21", "country", "country"],
    ["1234", "country", "country"],
    ["US64", "country", "country"],
    ["FI21 1234 5600 0007 8", null, "length"],
    ["FI21 1234 5600 0007 84", "digits", "digits"],
    ["FI12 1234 5600 0007 85", "digits", "digits"],
    ["fi21\u00a01234\u00a05600\u00a00007\u00a085", null, null],
    ["FI21 1234 5600 0007 85 1", "length", "length"],
  ])("%j: %s so far, %s as a whole", (typed, soFar, mistake) => {
    expect([ibanMistakeSoFar(typed), ibanMistake(typed)]).toEqual([soFar, mistake]);
  });
  it("what is wrong so far is wrong however it goes on", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^(FI|NO|DE|US|XX|12)\d{2}[\dA-Z ]{8,24}$/), fc.stringMatching(/^[\dA-Z ]{0,8}$/), (typed, rest) => {
        if (ibanMistakeSoFar(typed) !== null) expect(electronicIban(typed + rest)).toBeNull();
      }),
    );
  });
});

describe("references", () => {
  const digits = fc.stringMatching(/^[0-9]{3,19}$/).filter((text) => /[1-9]/.test(text));
  it("knows published ones", () => {
    expect(isFinnishReference("1232")).toBe(true);
    expect(isFinnishReference("1234561")).toBe(true);
    expect(isCreditorReference("RF18539007547034")).toBe(true);
    expect(isCreditorReference("RF332348236")).toBe(true);
    expect(isCreditorReference("RF18539007547035")).toBe(false);
    expect(isFinnishReference("0000")).toBe(false);
  });
  it("one digit is the right check digit, the nine others are not", () => {
    fc.assert(
      fc.property(digits, (text) => {
        const right = Array.from({ length: 10 }, (_, digit) => text + String(digit)).filter(isFinnishReference);
        expect(right).toEqual([text + finnishCheckDigit(text)]);
      }),
    );
  });
  it("an RF reference survives its own making, one of digits no exchange of two neighbours", () => {
    fc.assert(
      fc.property(fc.oneof(fc.stringMatching(/^[A-Z0-9]{2,21}$/), fc.stringMatching(/^[0-9]{2,21}$/)), fc.nat({ max: 19 }), (text, place) => {
        const reference = creditorReference(text);
        expect(isCreditorReference(reference)).toBe(true);
        const at = 4 + (place % (text.length - 1));
        const [a, b] = [reference.charAt(at), reference.charAt(at + 1)];
        if (a === b || /[A-Z]/.test(text)) return;
        expect(isCreditorReference(reference.slice(0, at) + b + a + reference.slice(at + 2))).toBe(false);
      }),
    );
  });
});

describe("a payment, judged before any bank is asked (US-41)", () => {
  it.each<[string, PaymentInstruction, PaymentSchedule, readonly string[]]>([
    ["at home, with a reference", sepa, once, []],
    ["with a message", { ...sepa, remittance: { kind: "message", text: "Rent" } }, once, []],
    ["with a wrong reference", { ...sepa, remittance: { kind: "reference", reference: "1233" } }, once, ["remittance reference"]],
    ["with a wrong IBAN", { ...sepa, creditor: { ...sepa.creditor, iban: "FI2212345600000785" } }, once, ["creditor iban"]],
    ["to Germany without an address", { ...sepa, creditor: { ...sepa.creditor, iban: "DE89370400440532013000" } }, once, ["creditor payee-address"]],
    ["of three decimals", { ...sepa, amount: { amount: "1.001", currency: "EUR" } }, once, ["amount amount"]],
    ["of nothing", { ...sepa, amount: { amount: "0.00", currency: "EUR" } }, once, ["amount amount"]],
    ["of less than nothing", { ...sepa, amount: { amount: "-1.00", currency: "EUR" } }, once, ["amount amount"]],
    ["of a billion", { ...sepa, amount: { amount: "1000000000.00", currency: "EUR" } }, once, ["amount amount-too-large"]],
    ["of 10^18", { ...sepa, amount: { amount: "1000000000000000000.00", currency: "EUR" } }, once, ["amount amount"]],
    ["in crowns by SEPA", { ...sepa, amount: { amount: "1.00", currency: "SEK" } }, once, ["amount currency"]],
    ["in a currency that is none", { ...foreign, amount: { amount: "1.00", currency: "XQQ" } }, once, ["amount currency"]],
    ["in half yen", { ...foreign, amount: { amount: "1.5", currency: "JPY" } }, once, ["amount amount"]],
    ["yesterday", sepa, { ...once, firstDate: "2026-11-28" }, ["schedule first-date-past"]],
    ["today", sepa, { ...once, firstDate: "2026-11-29" }, []],
    ["in two years", sepa, { ...once, firstDate: "2028-11-29" }, ["schedule first-date-too-far"]],
    ["twice on one day", sepa, { ...once, count: 2 }, ["schedule repetition"]],
    ["every month", sepa, { firstDate: null, every: "month", count: 12 }, []],
    ["abroad", foreign, once, []],
    ["abroad every week", foreign, { firstDate: null, every: "week", count: 2 }, ["schedule repetition-foreign"]],
    ["abroad with a reference", { ...foreign, remittance: { kind: "reference", reference: "1232" } }, once, ["remittance message-required"]],
    [
      "to a bank nobody named",
      { ...foreign, creditor: { ...foreign.creditor, agent: { bic: null, clearingSystemId: null, name: "Bank", address: null } } },
      once,
      ["creditor bank-of-payee"],
    ],
    [
      "to Germany by account number",
      { ...foreign, creditor: { ...foreign.creditor, agent: { ...foreign.creditor.agent, bic: "DEUTDEFF" } } },
      once,
      ["creditor account-number-country"],
    ],
  ])("%s", (_, instruction, schedule, problems) => {
    expect(problemsOf(instruction, schedule)).toEqual(problems);
  });
  it.each([-1, 0, 61, 1_000_000, 1.5])("is not made %d times (US-41)", (count) => {
    expect(scheduleSchema.safeParse({ firstDate: null, every: "week", count }).success).toBe(false);
  });
  it("abroad stands alone in its order", () => {
    const findings = judgePayments(
      [sepa, foreign].map((instruction) => ({ instruction, schedule: once })),
      today,
    );
    expect(findings).toEqual([{ payment: 1, field: "scheme", problem: "foreign-alone" }]);
  });
});

describe("due dates", () => {
  const of = (schedule: PaymentSchedule, day = today): readonly string[] => dueDates(schedule, day).map(String);
  it("are the day of the approval, the day that was chosen, or the day of the approval when that came later", () => {
    expect(of(once)).toEqual(["2026-11-29"]);
    expect(of({ ...once, firstDate: "2026-12-01" })).toEqual(["2026-12-01"]);
    expect(of({ ...once, firstDate: "2026-11-28" })).toEqual(["2026-11-29"]);
  });
  it("end of the month: a short month takes its last day and moves none behind it", () => {
    expect(of({ firstDate: "2027-01-31", every: "month", count: 4 })).toEqual(["2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30"]);
  });
  it("every week", () => {
    expect(of({ firstDate: "2026-12-28", every: "week", count: 3 })).toEqual(["2026-12-28", "2027-01-04", "2027-01-11"]);
  });
  it("are as many as asked for, all different, in order", () => {
    const schedules = fc.record({
      firstDate: fc.constant("2027-01-31"),
      every: fc.constantFrom("week" as const, "month" as const),
      count: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(schedules, (schedule) => {
        const dates = of(schedule);
        expect(dates).toHaveLength(schedule.count);
        expect(new Set(dates).size).toBe(schedule.count);
        expect(dates.toSorted()).toEqual(dates);
      }),
    );
  });
});

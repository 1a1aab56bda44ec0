import { describe, expect, it } from "vitest";
import type { CallInput } from "../adapters/bank-adapter.ts";
import type { BankRequest } from "./bank-request.ts";

describe("TM-19 a request to a bank", () => {
  it("cannot claim by a header that a person is present: the compiler refuses it", () => {
    const url = new URL("https://bank.example");
    const base = { operation: "x", method: "GET", url, identified: true } as const;
    // @ts-expect-error only a PSU context can say so
    const request: BankRequest = { ...base, headers: { "x-fapi-customer-ip-address": "192.0.2.1" } };
    // @ts-expect-error nor can an adapter
    const input: CallInput = { operation: "x", method: "GET", url, headers: { "psu-ip-address": "192.0.2.1" } };
    // @ts-expect-error an address alone is no context: it takes the signed form
    const guessed: BankRequest = { ...base, headers: {}, psu: { ipAddress: "192.0.2.1" } };
    expect([request, input, guessed]).toHaveLength(3);
  });
});

export { add, amountOf, compare, equals, isNegative, isZero, negate, subtract, sum, zero } from "./amount.ts";
export type { Amount } from "./amount.ts";
export { AmountError } from "./amount-error.ts";
export type { AmountErrorReason } from "./amount-error.ts";
export { currencies, currencyExponent, currencyLastDay, isCurrency } from "./currency.ts";
export { fromWire, maxMinor, parseAmount, toDecimalText, toWire } from "./parse.ts";
export type { AmountWire } from "./parse.ts";
export { amountParts, formatAmount, minusSign } from "./format.ts";
export type { AmountParts, FormatOptions, SignDisplay } from "./format.ts";

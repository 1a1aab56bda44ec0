export { electronicIban, ibanMistake, ibanMistakeSoFar, isBic } from "./account-number.ts";
export { dueDates } from "./due-dates.ts";
export { amountProblems, ibanProblems, judgePayments } from "./judge.ts";
export type { Finding, PaymentProblem } from "./judge.ts";
export { creditorReference, finnishCheckDigit, isCreditorReference, isFinnishReference } from "./reference.ts";

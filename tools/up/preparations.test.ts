import { describe, expect, it } from "vitest";
import { outcomeOf } from "./preparations.ts";

const refusal = { code: "ERR_BANK_REFUSED", message: "no" };
const completed = { aspspId: "op", status: "completed", lastError: null };
const failed = { aspspId: "op", status: "failed", lastError: refusal };
const running = { aspspId: "op", status: "registering", lastError: null };

describe("outcomeOf registrations, newest first", () => {
  it.each([
    { title: "nothing yet", registrations: [], outcome: null },
    { title: "one that runs", registrations: [running], outcome: null },
    { title: "a completed one", registrations: [completed], outcome: { refused: null } },
    { title: "a refused one", registrations: [failed], outcome: { refused: refusal } },
    { title: "a new attempt after a refusal", registrations: [running, failed], outcome: null },
    { title: "a refused renewal: the completed one stays in use", registrations: [failed, completed], outcome: { refused: null } },
    {
      title: "other banks, whatever became of them",
      registrations: [
        { ...completed, aspspId: "other" },
        { ...failed, aspspId: "another" },
      ],
      outcome: null,
    },
    { title: "a renewal that runs", registrations: [running, completed], outcome: { refused: null } },
  ])("$title", ({ registrations, outcome }) => {
    expect(outcomeOf(registrations)).toEqual(outcome);
  });
});

import { describe, expect, it } from "vitest";
import { outcomeOf } from "./preparations.ts";

const refusal = { code: "ERR_BANK_REFUSED", message: "no" };
const completed = { registrationId: "r1", aspspId: "op", status: "completed", lastError: null };
const failed = { registrationId: "r1", aspspId: "op", status: "failed", lastError: refusal };
const lost = { ...failed, lastError: { code: "ERR_REGISTRATION_OUTCOME_UNKNOWN", message: "lost" } };
const running = { registrationId: "r1", aspspId: "op", status: "registering", lastError: null };

describe("outcomeOf registrations, newest first", () => {
  it.each([
    { title: "nothing yet", registrations: [], outcome: null },
    { title: "one that runs", registrations: [running], outcome: null },
    { title: "a completed one", registrations: [completed], outcome: { refused: null } },
    { title: "a refused one", registrations: [failed], outcome: { refused: refusal } },
    { title: "one whose answer was lost", registrations: [lost], outcome: { unknown: "r1" } },
    { title: "a renewal whose answer was lost: the completed one stays in use", registrations: [lost, completed], outcome: { refused: null } },
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

import { defineErrors } from "@opl/errors";

/** What the sandbox itself can fail with. Answers of simulated banks are not errors of the sandbox: see `http/refusal.ts`. */
export const errors = defineErrors({
  ERR_SANDBOX_CONFIG: ["invalid", "The configuration of the sandbox is not usable."],
  ERR_SANDBOX_FOLDER: ["unavailable", "The state folder of the sandbox cannot be used."],
  ERR_SANDBOX_RUNNING: ["conflict", "A sandbox runs from this folder already."],
  ERR_SANDBOX_PORT_BUSY: ["unavailable", "A port of the sandbox is already in use."],
  ERR_SANDBOX_STATE: ["invalid", "The state folder holds a file that this version cannot read."],
  ERR_SANDBOX_PEOPLE_START: ["invalid", "The date of the sandbox lies before the day its books begin."],
  ERR_SANDBOX_PSU_UNKNOWN: ["not-found", "There is no such person at this bank."],
  ERR_SANDBOX_ACCOUNT_UNKNOWN: ["not-found", "This person has no such account."],
  ERR_SANDBOX_INPUT: ["invalid", "The request is malformed."],
  ERR_SANDBOX_FAULT_UNKNOWN: ["not-found", "There is no such fault."],
  ERR_SANDBOX_CLIENT_UNKNOWN: ["not-found", "There is no such client at this bank."],
  ERR_SANDBOX_AUTHORIZATION_UNKNOWN: ["not-found", "There is no such authorization."],
});

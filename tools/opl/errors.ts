import { defineErrors, isOplError } from "@opl/errors";

/** What the command can end with. Every message is one sentence: what is wrong, where, what to do. */
export const errors = defineErrors({
  ERR_OPL_USAGE: ["invalid", "The command line is not understood; see `npm run opl -- --help`."],
  ERR_OPL_SETTINGS: ["invalid", "The env file is not usable."],
  ERR_OPL_CERTIFICATE: ["invalid", "A certificate or key is not usable."],
  ERR_OPL_FOLDER: ["unavailable", "The output folder cannot be used."],
  ERR_OPL_UNREACHABLE: ["unavailable", "The bank cannot be reached."],
  ERR_OPL_REFUSED: ["rejected", "The bank said no."],
  ERR_OPL_ANSWER: ["upstream", "The bank answered something that does not fit its own interface."],
  ERR_OPL_CLOCK: ["invalid", "The clock of this machine is off."],
  ERR_OPL_DOCUMENT: ["invalid", "The file with the desired state is not usable."],
  ERR_OPL_REGISTRY: ["unavailable", "The registry cannot be reached."],
  ERR_OPL_NOT_THROUGH: ["unavailable", "Not everything is as the file wants it yet."],
  ERR_OPL_ACTION_NEEDED: ["rejected", "Somebody has to act before everything is as the file wants it."],
  ERR_OPL_OUTCOME_UNKNOWN: ["conflict", "Nobody knows whether the bank registered this TPP."],
});

/** Exit codes follow sysexits.h where it has a fitting one; documented in docs/opl-tpp-register.md and docs/opl-tpp-desired-state.md. */
export const exitCodes = {
  ERR_OPL_USAGE: 64,
  ERR_OPL_CERTIFICATE: 65,
  ERR_OPL_UNREACHABLE: 69,
  ERR_OPL_REGISTRY: 69,
  ERR_OPL_FOLDER: 73,
  ERR_OPL_NOT_THROUGH: 75,
  ERR_OPL_OUTCOME_UNKNOWN: 75,
  ERR_OPL_ANSWER: 76,
  ERR_OPL_REFUSED: 77,
  ERR_OPL_ACTION_NEEDED: 77,
  ERR_OPL_DOCUMENT: 78,
  ERR_OPL_SETTINGS: 78,
  ERR_OPL_CLOCK: 79,
} as const satisfies Record<keyof typeof errors, number>;

/** 70 for everything unexpected. */
export function exitCodeOf(error: unknown): number {
  return isOplError(error) && error.code in exitCodes ? exitCodes[error.code as keyof typeof exitCodes] : 70;
}

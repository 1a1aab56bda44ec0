import { defineErrors } from "@opl/errors";

/** Every code of this service. */
export const errors = defineErrors({
  ERR_REGISTRATION_NOT_FOUND: ["not-found", "There is no such registration."],
  ERR_REGISTRATION_ASPSP_UNKNOWN: ["not-found", "There is no such bank in the directory."],
  ERR_REGISTRATION_NOT_OFFERED: ["rejected", "This bank takes no registrations through us."],
  ERR_REGISTRATION_NOT_WANTED: ["rejected", "The desired state says that we leave this bank; change it there first."],
  ERR_DESIRED_STATE_INVALID: ["invalid", "The document is not one that can be applied."],
  ERR_REGISTRATION_INCOMPLETE: ["rejected", "The bank registered less than we asked for."],
});

import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_CERTIFICATE_UNREADABLE: ["invalid", "The certificate cannot be read."],
});

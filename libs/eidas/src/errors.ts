import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_CERTIFICATE_UNREADABLE: ["invalid", "The certificate cannot be read."],
  ERR_PKCS12_UNREADABLE: ["invalid", "The PKCS#12 file cannot be read."],
});

import { defineErrors } from "@opl/errors";

export const errors = defineErrors({
  ERR_CERTIFICATE_UNREADABLE: ["invalid", "The certificate cannot be read."],
  ERR_CERTIFICATE_NOT_AS_ASKED: ["rejected", "The certificate is not the one that was asked for."],
  ERR_CERTIFICATE_REQUEST_INVALID: ["invalid", "A certificate cannot be asked for with this."],
  ERR_CERTIFICATE_REQUEST_UNREADABLE: ["invalid", "The certificate request cannot be read."],
  ERR_REVOCATION_LIST_UNREADABLE: ["invalid", "The revocation list cannot be read."],
  ERR_REVOCATION_LIST_UNFIT: ["rejected", "The revocation list is of a kind that cannot be used."],
  ERR_PKCS12_UNREADABLE: ["invalid", "The PKCS#12 file cannot be read."],
  ERR_PKCS12_UNWRITABLE: ["invalid", "The PKCS#12 file cannot be written."],
});

import type { MessageDescriptor } from "@lingui/core";
import { msg } from "@lingui/core/macro";

/** What can be wrong with a certificate, by the stable reason of who looked. */
export const problemWords: Readonly<Record<string, MessageDescriptor>> = {
  unreadable: msg`The certificate or its chain cannot be read.`,
  "not-yet-valid": msg`The certificate or an issuer’s is not valid yet.`,
  expired: msg`The certificate or an issuer’s has run out.`,
  "issuer-not-a-ca": msg`An issuer in the chain may issue no certificates.`,
  "issuer-missing": msg`The issuer is neither in the chain nor trusted.`,
  "not-trusted": msg`The chain ends at nobody we trust.`,
  "chain-broken": msg`The chain is broken: one certificate in it did not issue the one before.`,
  "weak-signature-hash": msg`A certificate of the chain is signed with a hash that TLS refuses.`,
  "weak-key": msg`A key in the chain is too short, or of a kind that cannot be used.`,
  "key-mismatch": msg`The certificate belongs to another key than ours.`,
  "wrong-purpose": msg`The certificate is made for something else.`,
  "purpose-unstated": msg`The certificate does not say what it is for.`,
  "wrong-key-usage": msg`The key usage of the certificate lacks what is needed.`,
  "key-usage-missing": msg`The certificate names no key usage.`,
  "not-qualified": msg`The certificate does not declare itself qualified (QcCompliance).`,
  "psd2-statement-missing": msg`The certificate carries no PSD2 statement, so it gives us no role.`,
  "role-missing": msg`The certificate lacks a role that we need.`,
  "organization-identifier-missing": msg`The certificate names no organisation id (OID 2.5.4.97).`,
  "organization-identifier-form": msg`The organisation id is not of the form PSDFI-FINFSA-1234567-8.`,
  "country-differs": msg`The organisation id and the PSD2 statement name different countries.`,
  "authority-differs": msg`The organisation id and the PSD2 statement name different authorities.`,
  "subject-country-differs": msg`The organisation sits in another country than its authority.`,
};

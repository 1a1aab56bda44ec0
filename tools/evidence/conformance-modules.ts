/**
 * Client modules of the OpenID conformance suite and the acceptance rows that answer each here (G-10). A row is proved by the tests that
 * carry its id in their titles; `npm run evidence` says where. A module in which the bank does all things right has no row of its own: the
 * test that shows it is named. A module without either is a text: why it does not apply.
 */
export type ModuleTable = Readonly<Record<string, readonly string[] | { readonly shownBy: string } | string>>;

/** From the request to an answer of the bank, at a bank of each profile. */
const wholeFlow = { shownBy: "%s: a pushed and signed request, a return that is checked, a bound token that reads" };

const idToken: ModuleTable = {
  "invalid-nonce": ["OA-35"],
  "invalid-iss": ["OA-29"],
  "invalid-aud": ["OA-30"],
  "invalid-secondary-aud": ["OA-31"],
  "invalid-null-alg": ["OA-39"],
  "invalid-alternate-alg": ["OA-40"],
  "invalid-expired-exp": ["OA-33"],
  "invalid-missing-exp": ["OA-33"],
  "invalid-missing-aud": ["OA-30"],
  "invalid-missing-iss": ["OA-29"],
  "invalid-missing-nonce": ["OA-35"],
  "valid-aud-as-array": ["OA-32"],
  "invalid-openbanking-intent-id": ["OA-49"],
  "refresh-token-test": ["OA-62", "OA-73"],
  "discovery-issuer-mismatch": ["OA-01"],
};

/** fapi1-advanced-final-client-test- */
export const fapi1Modules: ModuleTable = {
  ...idToken,
  test: wholeFlow,
  "encrypted-idtoken": "We register no key to encrypt for, so the suite does not choose it; an encrypted ID token is refused unopened.",
  "encrypted-idtoken-usingrsa15": ["OA-48"],
  "invalid-shash": ["OA-36"],
  "invalid-chash": ["OA-37"],
  "invalid-signature": ["OA-42"],
  "iat-is-week-in-past": ["OA-34"],
  "invalid-missing-shash": ["OA-36"],
  "no-scope-in-token-endpoint-response": ["OA-54"],
  "missing-athash": ["OA-38"],
  "unencrypted-request-object-with-par": wholeFlow,
  "brazil-registration-happy-path": "Brazil only.",
  "payment-consent-response-valid-aud-as-array": "Brazil only.",
};

/** fapi2-security-profile-final-client-test- and fapi2-message-signing-final-client-test- */
export const fapi2Modules: ModuleTable = {
  ...idToken,
  "happy-path": wholeFlow,
  "happy-path-no-dpop-nonce": ["OA-75"],
  "invalid-authorization-response-iss": ["OA-13"],
  "remove-authorization-response-iss": ["OA-12"],
  "ensure-authorization-response-with-invalid-state-fails": ["OA-08"],
  "ensure-authorization-response-with-invalid-missing-state-fails": ["OA-07"],
  "token-endpoint-response-without-expires_in": ["OA-55"],
  "token-type-case-insensitivity": ["OA-53"],
  "rs-dpop-auth-scheme-case-insensitivity": ["OA-75"],
  "ensure-jarm-without-iss-fails": ["OA-25"],
  "ensure-jarm-with-invalid-iss-fails": ["OA-25"],
  "ensure-jarm-without-aud-fails": ["OA-26"],
  "ensure-jarm-with-invalid-aud-fails": ["OA-26"],
  "ensure-jarm-without-exp-fails": ["OA-27"],
  "ensure-jarm-with-expired-exp-fails": ["OA-27"],
  "ensure-jarm-with-invalid-sig-fails": ["OA-24"],
  "ensure-jarm-signature-is-not-none": ["OA-23"],
};

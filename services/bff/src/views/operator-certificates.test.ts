import { expect, it } from "vitest";
import { aCertificate, anOwnCertificate, aRegistration } from "../../test/registry-world.ts";
import { operatorCertificates } from "./operator-certificates.ts";

const registration = aRegistration();
const own = anOwnCertificate();
const inUse = { ...aCertificate(registration), certificateId: own.certificateId };
const nameOf = (aspspId: string): string => `Bank ${aspspId}`;
const usedAt = [{ ...inUse.usedAt[0], aspspName: `Bank ${registration.aspspId}` }];

it("one of our own is listed once, with where it serves and how long by the registry's count", () => {
  const { certificates, own: shown } = operatorCertificates({ inventory: [inUse], own: [own], nameOf });
  expect(certificates).toEqual([]);
  expect(shown).toMatchObject([{ certificateId: own.certificateId, status: "ready", use: { status: "active", daysLeft: 40, usedAt } }]);
});

it("a certificate that a bank gave out stands by itself, and one of our own that the gateway did not list too", () => {
  const ofBank = { ...aCertificate(registration), own: false };
  const { certificates, own: shown } = operatorCertificates({ inventory: [inUse, ofBank], own: [], nameOf });
  expect(shown).toEqual([]);
  expect(certificates).toMatchObject([
    { certificateId: own.certificateId, usedAt },
    { certificateId: ofBank.certificateId, usedAt },
  ]);
});

it("without the registry's answer nothing is said of its use, and no chain is shown to a browser", () => {
  const { own: shown } = operatorCertificates({ inventory: [], own: [own, { ...own, issued: null }], nameOf });
  expect(shown).toMatchObject([{ use: null }, { use: null, issued: null }]);
  expect(JSON.stringify([shown, operatorCertificates({ inventory: [inUse], own: [], nameOf })])).not.toContain("chainPem");
});

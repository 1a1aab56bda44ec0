import { describe, expect, it } from "vitest";
import { namesSubject, readDistinguishedName, spellingOfIdentifier } from "./distinguished-name.ts";

const subject = [
  { oid: "2.5.4.6", value: "FI" },
  { oid: "2.5.4.10", value: "Lasku, Maksu & Kumppanit Åbo" },
  { oid: "2.5.4.97", value: "PSDFI-FINFSA-0751699-0" },
  { oid: "2.5.4.3", value: "a=b" },
];
const hex = (text: string): string => `#0c${Buffer.byteLength(text).toString(16).padStart(2, "0")}${Buffer.from(text).toString("hex")}`;

describe("a distinguished name", () => {
  it.each([
    ["CN=a=b,organizationIdentifier=PSDFI-FINFSA-0751699-0,O=Lasku\\, Maksu & Kumppanit Åbo,C=FI", "name"],
    ["cn=a=b, OID.2.5.4.97=PSDFI-FINFSA-0751699-0, o=Lasku\\2C Maksu & Kumppanit \\C3\\85bo, c=FI", "text"],
    [`2.5.4.3=a\\=b,2.5.4.97=${hex("PSDFI-FINFSA-0751699-0")},O=Lasku\\, Maksu & Kumppanit Åbo,C=FI`, "hex"],
  ])("names the subject however it is spelt: %s", (text, spelling) => {
    expect(namesSubject(text, subject)).toBe(true);
    expect(spellingOfIdentifier(text)).toBe(spelling);
  });

  it.each([
    ["in the order of the certificate", "C=FI,O=Lasku\\, Maksu & Kumppanit Åbo,organizationIdentifier=PSDFI-FINFSA-0751699-0,CN=a=b"],
    ["with a part too few", "CN=a=b,organizationIdentifier=PSDFI-FINFSA-0751699-0,C=FI"],
    ["with a part too many", "OU=x,CN=a=b,organizationIdentifier=PSDFI-FINFSA-0751699-0,O=Lasku\\, Maksu & Kumppanit Åbo,C=FI"],
    ["with another value", "CN=a,organizationIdentifier=PSDFI-FINFSA-0751699-0,O=Lasku\\, Maksu & Kumppanit Åbo,C=FI"],
  ])("does not name it %s", (_what, text) => {
    expect(namesSubject(text, subject)).toBe(false);
  });

  it.each(["", "CN", "=x", "CN=", "nobody=x", "2.5.4.97=#zz", "2.5.4.97=#0cff41"])("is not read from %j", (text) => {
    expect(readDistinguishedName(text)?.length ?? 0).toBe(0);
  });
});

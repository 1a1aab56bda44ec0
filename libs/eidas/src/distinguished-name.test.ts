import { describe, expect, it } from "vitest";
import { parseCertificate, subjectName } from "./index.ts";
import { makeCertificate } from "./testing/make-certificate.ts";

const named = async (subject: string) => parseCertificate((await makeCertificate(subject, undefined)).der);

describe("the subject as text (RFC 4514)", () => {
  it("runs from the last part to the first and writes organizationIdentifier as the bank wants it (quirk 60)", async () => {
    const certificate = await named("C=FI, O=Example Ledger Oy, 2.5.4.97=PSDFI-FINFSA-1234567-8, CN=ledger.example");
    const value = Buffer.from("PSDFI-FINFSA-1234567-8").toString("hex");
    // Tag and length of a text go before.
    expect(subjectName(certificate, "hex")).toMatch(new RegExp(`^CN=ledger\\.example,2\\.5\\.4\\.97=#(0c|13)16${value},O=Example Ledger Oy,C=FI$`));
    expect(subjectName(certificate, "text")).toBe("CN=ledger.example,2.5.4.97=PSDFI-FINFSA-1234567-8,O=Example Ledger Oy,C=FI");
    expect(subjectName(certificate, "name")).toBe("CN=ledger.example,organizationIdentifier=PSDFI-FINFSA-1234567-8,O=Example Ledger Oy,C=FI");
  });

  it("escapes what would end a part, and keeps letters as they are", async () => {
    const certificate = await named("CN=Kärki\\, Oy\\+ Group");
    expect(subjectName(certificate, "hex")).toBe("CN=Kärki\\, Oy\\+ Group");
  });
});

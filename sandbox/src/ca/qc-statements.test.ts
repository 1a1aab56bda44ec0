import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readQcStatements, qcStatements } from "./qc-statements.ts";
import { readQualifiedCertificate } from "./qualified-certificate.ts";

const folder = resolve(process.env["OPL_SHARED_DIR"] ?? resolve(import.meta.dirname, "../../../../shared"), "vectors/certificates");

describe("the statements of a qualified certificate", () => {
  it("are read as they were written", () => {
    const written = { type: "web", roles: ["PSP_AI", "PSP_IC"], authorityName: "Finanssivalvonta", authorityId: "FI-FINFSA" } as const;
    expect(readQcStatements(qcStatements(written))).toEqual({
      types: ["web"],
      roles: ["PSP_AI", "PSP_IC"],
      unknownRoles: [],
      authorityName: "Finanssivalvonta",
      authorityId: "FI-FINFSA",
    });
  });

  it.each(["", "30", "3001", "0500", "30800000", "3084ffffffff00"])("are not read from %j", (hex) => {
    expect(readQcStatements(Buffer.from(hex, "hex"))).toBeUndefined();
  });

  describe.skipIf(!existsSync(folder))("in published certificates (skipped where the vectors are not beside the repository)", () => {
    it.each([
      ["dev-transport.pem", ["web"], ["PSP_IC", "PSP_AI", "PSP_PI"]],
      ["multicert-psd2-eidas.cer", ["web"], ["PSP_AI", "PSP_PI"]],
      ["adorsys-certificateValid.crt", ["eseal"], ["PSP_AS", "PSP_PI", "PSP_AI"]],
    ])("%s", (name, types, roles) => {
      const { statements } = readQualifiedCertificate(readFileSync(join(folder, name)));
      expect([statements?.types, statements?.roles]).toEqual([types, roles]);
    });
  });
});

import { writeFileSync } from "node:fs";
import path from "node:path";
import type { CertificateSubject } from "@opl/contracts/model";
import { keepSecret } from "./secrets.ts";

/** Files with what the sandbox lets us in with. */
export interface SandboxSecrets {
  readonly portalKey: string;
  readonly qtspSecret: string;
  readonly directoryToken: string;
  /** Whom certificates name that are requested at its trust service provider. */
  readonly certificateSubject: string;
}

/** Somebody who exists from the first start on. */
export interface DemoLogin {
  readonly email: string;
  readonly passwordFile: string;
}

const certificateSubject: CertificateSubject = {
  commonName: "One Point Ledger Demo TPP",
  organisationName: "One Point Ledger Demo Oy",
  country: "FI",
  organizationIdentifier: "PSDFI-FINFSA-1234567-8",
  authority: { id: "FI-FINFSA", name: "Finnish Financial Supervisory Authority" },
  roles: ["AIS", "PIS", "CBPII"],
};

/** In `sandbox` below the folder of secrets; each made once and kept. */
export function keepSandboxSecrets(secretsDir: string): SandboxSecrets {
  const folder = path.join(secretsDir, "sandbox");
  const secrets = {
    portalKey: keepSecret(folder, "portal-key"),
    qtspSecret: keepSecret(folder, "qtsp-secret"),
    directoryToken: keepSecret(folder, "directory-token"),
    certificateSubject: path.join(folder, "certificate-subject.json"),
  };
  writeFileSync(secrets.certificateSubject, `${JSON.stringify(certificateSubject, null, 2)}\n`);
  return secrets;
}

/** The two logins of an installation with sandbox banks; their passwords are in `demo` below the folder of secrets, each made once and kept. */
export function keepDemoLogins(secretsDir: string): { readonly demo: DemoLogin; readonly operator: DemoLogin } {
  const folder = path.join(secretsDir, "demo");
  return {
    demo: { email: "demo@ledger.example", passwordFile: keepSecret(folder, "password") },
    operator: { email: "operator@ledger.example", passwordFile: keepSecret(folder, "operator-password") },
  };
}

import type { KeyObject } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { writePkcs12 } from "@opl/eidas";

/** One certificate with its chain and key in every form the command reads. */
export async function writeEidasFiles(
  folder: string,
  name: string,
  { chainPem, privateKey }: { readonly chainPem: readonly string[]; readonly privateKey: KeyObject },
  passphrase = "sesame",
) {
  const write = (suffix: string, content: string | Buffer): string => {
    const file = path.join(folder, `${name}${suffix}`);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const pem = { type: "pkcs8", format: "pem" } as const;
  return {
    certificate: write(".pem", chainPem.join("")),
    key: write(".key.pem", privateKey.export(pem)),
    encryptedKey: write(".enc.pem", privateKey.export({ ...pem, cipher: "aes-256-cbc", passphrase })),
    p12: write(".p12", await writePkcs12({ privateKey, chainPem, passphrase })),
  };
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { schemasLock } from "./schemas-lock.ts";
import { eventsReference } from "./events-reference.ts";
import { envExample } from "./env-example.ts";
import { envFileExample, envFileSchema, pageFile, registrationPage } from "./env-file-documents.ts";
import { tppDocumentSchema } from "./tpp-document-schema.ts";
import { devNatsConfig, prodNatsConfig } from "./nats-config.ts";

/** Writes every generated file; with `--check` only says which are stale. */
const root = path.resolve(import.meta.dirname, "../..");
const checkOnly = process.argv.includes("--check");
const generated: readonly { readonly file: string; readonly make: (root: string) => Promise<string> | string }[] = [
  { file: "libs/contracts/schemas.lock.json", make: schemasLock },
  { file: "docs/events.md", make: eventsReference },
  { file: ".env.example", make: envExample },
  { file: "env.example.json", make: envFileExample },
  { file: "docs/opl-env.schema.json", make: envFileSchema },
  { file: "docs/opl-tpp.schema.json", make: tppDocumentSchema },
  { file: pageFile, make: registrationPage },
  { file: "deploy/k8s/overlays/dev/nats.conf", make: devNatsConfig },
  { file: "deploy/k8s/overlays/prod/nats.conf", make: prodNatsConfig },
];

const stale: string[] = [];
for (const { file, make } of generated) {
  const target = path.join(root, file);
  const text = await make(root);
  if (existsSync(target) && readFileSync(target, "utf8") === text) continue;
  stale.push(file);
  if (checkOnly) continue;
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}
if (checkOnly && stale.length > 0) {
  process.stdout.write(`Stale: ${stale.join(", ")}. Run: npm run gen\n`);
  process.exitCode = 1;
} else if (!checkOnly) process.stdout.write(stale.length === 0 ? "Everything was current.\n" : `Written: ${stale.join(", ")}\n`);

import type { Machine } from "../run-command.ts";
import { runCommand } from "../run-command.ts";

/** What the command says and answers when run inside the test, on a machine that the test makes up. */
export async function runHere(args: readonly string[], machine: Partial<Machine> = {}): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  let ids = 0;
  const code = await runCommand(args, {
    environment: {},
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    pid: process.pid,
    isAlive: () => false,
    now: () => Temporal.Now.instant(),
    monotonicMs: () => performance.now(),
    pause: () => Promise.resolve(),
    newId: () => `00000000-0000-4000-8000-${String((ids += 1)).padStart(12, "0")}`,
    ...machine,
  });
  return { code, out, err };
}

/** Settings that are right but for what a test changes; nobody listens at their addresses. */
export function goodSettings(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const settings: Record<string, unknown> = {
    OP_API_KEY: "portal-key-0123456789",
    OP_COUNTRY: "FI",
    OP_TPP_NAME: "Example Ledger TPP",
    OP_ROLES: ["AIS", "PIS", "CBPII"],
    OP_REDIRECT_URIS: ["https://localhost:8181/oauth/callback/accounts"],
    OP_SOFTWARE_CLIENT_NAME: "Example Ledger",
    OP_SOFTWARE_CLIENT_URI: "https://ledger.example",
    OP_ORG_NAME: "Example Ledger Oy",
    OP_ORG_CONTACTS: [{ name: "Support", email: "support@ledger.example", phone: "", type: "Support" }],
    OP_CERT_GENERATION_URL: "https://localhost:9/generator",
    OP_REGISTRATION_URL: "https://localhost:9/register",
    OP_TOKEN_URL: "https://localhost:9/token",
    ...changes,
  };
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
}

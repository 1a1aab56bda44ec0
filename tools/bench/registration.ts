import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { startSandbox } from "../../services/bank-gateway/testing/sandbox.ts";
import { command } from "../opl/testing/command.ts";
import { type Figure, figure, percentile } from "./report.ts";

const tries = 20;

/** `opl tpp register` from an env file to a validated client, against the sandbox bank alone; the bank's own making of RSA keys is done before. */
export async function registration(): Promise<Figure[]> {
  const work = mkdtempSync(path.join(tmpdir(), "opl-bench-register-"));
  try {
    await using bank = await startSandbox({ SANDBOX_SPARE_KEYS: String(2 * tries + 4) });
    const folder = path.dirname(bank.endpoints.caFile);
    while (readdirSync(path.join(folder, "keys")).filter((name) => /\.rsa\d+\.json$/.test(name)).length < 2 * tries + 4)
      await new Promise((resolve) => setTimeout(resolve, 100));
    const since = await bank.lastSeq();
    const times: number[] = [];
    for (let index = 0; index < tries; index += 1) {
      const { events } = await command(["tpp", "register", "--env", path.join(folder, "env.json"), "--out", path.join(work, `tpp-${index}`), "--json"]);
      const last = events.at(-1);
      if (last?.event !== "registered") throw new Error(`registration ${index} failed: ${JSON.stringify(last)}`);
      times.push(last.ms);
    }
    // J1 is the bank reading our public keys; T1 proves one scope each.
    const calls = (await bank.calls({ since })).filter(({ endpoint }) => endpoint !== "T1" && endpoint !== "J1").length;
    return [
      figure("registration at the OP sandbox by opl, p50", percentile(times, 50) / 1000, "s", "lower", null),
      figure("registration at the OP sandbox by opl, p95", percentile(times, 95) / 1000, "s", "lower", 1),
      figure("calls of the bank for it, beyond validation", calls / tries, "calls", "lower", 4),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

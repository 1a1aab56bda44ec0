import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { request } from "undici";
import { createSandbox, type Endpoints } from "../src/app.ts";
import type { Clock } from "../src/clock.ts";
import { readConfig } from "../src/config.ts";
import { ownPorts } from "./ports.ts";

interface AdminAnswer<T> {
  readonly status: number;
  readonly body: T;
}

/** A sandbox in this process on free ports that stay its own, in a folder of its own, with small keys. */
export interface TestBank extends AsyncDisposable {
  readonly endpoints: Endpoints;
  readonly folder: string;
  readonly ca: string;
  admin<T = Record<string, unknown>>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<AdminAnswer<T>>;
  /** Stops the bank and keeps its folder. */
  stop(): Promise<void>;
}

export const today = "2026-11-20";

export async function startBank(
  options: { env?: Record<string, string>; folder?: string; clock?: Clock; pause?: (ms: number) => Promise<unknown> } = {},
): Promise<TestBank> {
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), "sandbox-"));
  // One that was here before finds its ports in its folder.
  const ports = existsSync(join(folder, "endpoints.json")) ? {} : await ownPorts();
  const config = readConfig({ SANDBOX_DIR: folder, SANDBOX_RSA_BITS: "2048", SANDBOX_SPARE_KEYS: "0", SANDBOX_TODAY: today, ...ports, ...options.env });
  const sandbox = await createSandbox(config, {
    ...(options.clock === undefined ? {} : { clock: options.clock }),
    ...(options.pause === undefined ? {} : { pause: options.pause }),
  });
  const stop = async (): Promise<void> => {
    await sandbox[Symbol.asyncDispose]();
  };
  return {
    endpoints: sandbox.endpoints,
    folder,
    ca: readFileSync(sandbox.endpoints.caFile, "utf8"),
    async admin<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<AdminAnswer<T>> {
      const answer = await request(`${sandbox.endpoints.adminUrl}${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      });
      return { status: answer.statusCode, body: (await answer.body.json()) as T };
    },
    stop,
    async [Symbol.asyncDispose]() {
      await stop();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}

import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";

const here = new URL("./index.ts", import.meta.url).href;

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program with `run` in a process of its own; `when` says at which output to do something to it. */
function start(
  program: string,
  { env = {}, when = {} }: { env?: Record<string, string>; when?: Record<string, (child: ReturnType<typeof spawn>) => void> } = {},
): Promise<Ended> {
  const child = spawn(
    "node",
    [
      "--input-type=module",
      "-e",
      `import { run, parseConfig } from ${JSON.stringify(here)}; import { writeSync } from 'node:fs'; const say = (text) => writeSync(1, text + '\\n'); ${program}`,
    ],
    {
      env: { PATH: process.env["PATH"], ...env },
      stdio: "pipe",
    },
  );
  let [stdout, stderr] = ["", ""];
  const waiting = new Map(Object.entries(when));
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const [text, act] of waiting) {
      if (!stdout.includes(text)) continue;
      waiting.delete(text);
      act(child);
    }
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr })));
}

const app = `async () => ({ address: 'http://here', async [Symbol.asyncDispose]() { say('disposed'); } })`;

describe("run", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("starts, waits for %s, disposes, ends with 0", async (signal) => {
    const ended = await start(`await run(${app});`, { when: { '"started"': (child) => child.kill(signal) } });
    expect(ended).toMatchObject({ code: 0, signal: null });
    for (const text of ['"address":"http://here"', "disposed", '"stopped"']) expect(ended.stdout).toContain(text);
  });

  it("ends with its parent when told to", async () => {
    const ended = await start(`await run(${app});`, { env: { OPL_EXIT_WITH_PARENT: "1" }, when: { '"started"': (child) => child.stdin?.end() } });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining("disposed") as string });
  });

  it("prints the report of a bad configuration as text and ends with 78", async () => {
    const ended = await start(
      `import { z } from 'zod'; await run(async () => parseConfig(z.object({ OPL_A: z.string(), OPL_B: z.string() }), {}, { service: 'consent' }));`,
    );
    expect(ended.code).toBe(78);
    expect(ended.stderr).toBe("The configuration of consent is not usable; 2 variables need attention:\n  OPL_A: is missing\n  OPL_B: is missing\n");
  });

  it("ends with 1 when it cannot start", async () => {
    const ended = await start(`await run(async () => { throw new Error('no database'); });`);
    expect([ended.code, ended.stdout.includes("no database")]).toEqual([1, true]);
  });

  it.each([
    ["a rejection nobody waits for", 'Promise.reject(new Error("forgotten"))'],
    ["an exception in a callback", 'setTimeout(() => { throw new Error("forgotten"); })'],
  ])("does not live on after %s, but stops in good order", async (_, fault) => {
    const ended = await start(`await run(async () => { setTimeout(() => ${fault}, 10); return (${app})(); });`);
    expect([ended.code, ended.stdout.includes("forgotten"), ended.stdout.includes("disposed")]).toEqual([1, true, true]);
  });

  it("does not wait for ever for what does not stop", async () => {
    const ended = await start(
      `await run(async () => ({ [Symbol.asyncDispose]: () => new Promise(() => setInterval(() => {}, 1e6)) }), { stopTimeoutMs: 50 });`,
      { when: { '"started"': (child) => child.kill("SIGTERM") } },
    );
    expect([ended.code, ended.stdout.includes("did not stop in time")]).toEqual([1, true]);
  });

  it("ends at once at the second signal", async () => {
    const ended = await start(
      `await run(async () => ({ [Symbol.asyncDispose]: () => { say('disposing'); return new Promise(() => setInterval(() => {}, 1e6)); } }));`,
      {
        when: { '"started"': (child) => child.kill("SIGTERM"), disposing: (child) => child.kill("SIGTERM") },
      },
    );
    expect(ended.code).toBe(1);
  });

  it("ends with 1 when stopping fails", async () => {
    const ended = await start(`await run(async () => ({ [Symbol.asyncDispose]: () => Promise.reject(new Error('stuck')) }));`, {
      when: { '"started"': (child) => child.kill("SIGTERM") },
    });
    expect([ended.code, ended.stdout.includes("stuck")]).toEqual([1, true]);
  });
});

import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { freePort } from "../../../tools/up/server-process.ts";
import { readSettings } from "./settings.ts";

const register = new URL("./register.ts", import.meta.url).href;
const here = new URL("./index.ts", import.meta.url).href;

/** Runs a program as a service would be started and gives what it printed last, as JSON. */
async function run(program: string, env: Record<string, string> = {}): Promise<{ answer: unknown; output: string }> {
  const { stdout } = await promisify(execFile)("node", ["--import", register, "--input-type=module", "-e", program], {
    env: { PATH: process.env["PATH"], ...env },
    timeout: 15_000,
  });
  const marked = stdout.split("\n").find((line) => line.startsWith("answer "));
  return { answer: JSON.parse(marked?.slice(7) ?? "null"), output: stdout };
}

/** A server that tells the trace it sees, and a client that calls it inside a span. */
const roundTrip = `
  // As fastify does: instrumentation sees what is required, not what is imported.
  const http = process.getBuiltinModule('node:module').createRequire('/')('node:http');
  const { withSpan, runWithTrace, currentTraceHeaders, shutdownTelemetry } = await import(${JSON.stringify(here)});
  const server = http.createServer((_, reply) => reply.end(JSON.stringify(currentTraceHeaders()))).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.on('listening', resolve));
  const answer = await withSpan('journey', {}, async () => {
    const mine = currentTraceHeaders();
    const answer = await fetch('http://127.0.0.1:' + server.address().port + '/callback?code=' + ['canary', 'code'].join('-'));
    const theirs = await answer.json();
    const later = await runWithTrace(theirs, 'fact', {}, async () => currentTraceHeaders());
    return { mine, theirs, later };
  });
  console.log('answer ' + JSON.stringify(answer));
  server.close();
  await shutdownTelemetry();`;

const traceId = (headers: { traceparent: string }): string => headers.traceparent.split("-")[1] as string;

describe("register", () => {
  it("carries one trace over HTTP and into a fact without any collector", async () => {
    const { answer } = await run(roundTrip);
    const { mine, theirs, later } = answer as Record<string, { traceparent: string }> as { mine: never; theirs: never; later: never };
    expect(traceId(mine)).toMatch(/^[0-9a-f]{32}$/);
    expect(traceId(theirs)).toBe(traceId(mine));
    expect(traceId(later)).toBe(traceId(mine));
    expect(new Set([mine, theirs, later].map(({ traceparent }) => traceparent)).size).toBe(3);
  });

  it.each([
    ["without a collector not even loads what would send", {}, false],
    ["with one it does", { OTEL_TRACES_EXPORTER: "console" }, true],
  ])("%s", async (_, env, loaded) => {
    const program = `
      const files = Object.keys(process.getBuiltinModule('node:module')._cache);
      console.log('answer ' + files.some((file) => /grpc-js/.test(file)));`;
    expect((await run(program, env)).answer).toBe(loaded);
  });

  it("does nothing when it is switched off", async () => {
    const { answer } = await run(roundTrip, { OTEL_SDK_DISABLED: "true" });
    expect(answer).toEqual({ mine: {}, theirs: {}, later: {} });
  });

  it("G-16 exports spans without what stands behind the question mark", async () => {
    const { output } = await run(roundTrip, { OTEL_TRACES_EXPORTER: "console" });
    expect(output).toContain("'journey'");
    expect(output).toContain("/callback");
    expect(output).not.toContain("canary-code");
  });

  it("serves metrics where OTEL_EXPORTER_PROMETHEUS_PORT says", async () => {
    const program = `
      import net from 'node:net';
      const { counter, gauge, shutdownTelemetry } = await import(${JSON.stringify(here)});
      counter('facts_total', 'facts').add(3, { owner: 'consent' });
      using waiting = gauge('outbox_oldest_seconds', 'age', () => 7);
      const text = await (await fetch('http://127.0.0.1:' + process.env.OTEL_EXPORTER_PROMETHEUS_PORT + '/metrics')).text();
      console.log('answer ' + JSON.stringify(text.split('\\n').filter((line) => /^(facts|outbox)/.test(line))));
      await shutdownTelemetry();`;
    const { answer } = await run(program, { OTEL_EXPORTER_PROMETHEUS_PORT: String(await freePort()) });
    expect(answer).toEqual(
      expect.arrayContaining([expect.stringMatching(/^facts_total\{.*owner="consent".*\} 3/), expect.stringMatching(/^outbox_oldest_seconds.* 7/)]),
    );
  });

  it.each([
    [{}, { exportTraces: false, metrics: "off" }],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318" }, { exportTraces: true, metrics: "off" }],
    [
      { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4318", OTEL_TRACES_EXPORTER: "none" },
      { exportTraces: false, metrics: "off" },
    ],
    [{ OTEL_EXPORTER_PROMETHEUS_PORT: "9464" }, { exportTraces: false, metrics: { host: "127.0.0.1", port: 9464 } }],
    [{ OTEL_METRICS_EXPORTER: "otlp" }, { exportTraces: false, metrics: "as-configured" }],
    [{ OTEL_SDK_DISABLED: "true" }, undefined],
  ])("reads %j", (env, settings) => {
    expect(readSettings(env)).toEqual(settings);
  });
});

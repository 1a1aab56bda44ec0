import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errors } from "./errors.ts";
import { findNatsServer } from "./find-nats-server.ts";
import { natsConfigFile, replaceContainer, type NatsProgram } from "./nats-program.ts";
import { assertPortFree, commandOf, endLeftover, freePort, spawnServer, tailOf } from "./server-process.ts";
import type { ServerProcess } from "./server-process.ts";

export interface NatsServerOptions {
  /** Looked for when left out. */
  readonly program?: NatsProgram;
  /** The configuration file, or how it reads for a port and for the store as the server sees it. The port given here wins over one in the text. */
  readonly configText: string | ((port: number, storeDir: string) => string);
  /** Holds streams, configuration, log and process id. */
  readonly storeDir: string;
  /** A free one when left out. */
  readonly port?: number;
}

export interface NatsServer {
  /** Without credentials: `nats://127.0.0.1:4222`. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** `2.9.10` */
  readonly version: string;
  stop(): Promise<void>;
}

/** SIGTERM closes the streams properly. */
const stopSignals = [
  ["SIGTERM", 10_000],
  ["SIGKILL", 2_000],
] as const;
/** Starts a NATS server of our own on loopback and waits until it answers with JetStream on. */
export async function startNatsServer(options: NatsServerOptions): Promise<NatsServer> {
  const program = options.program ?? (await findNatsServer());
  const storeDir = resolve(options.storeDir);
  mkdirSync(storeDir, { recursive: true, mode: 0o700 });
  const pidFile = join(storeDir, "nats-server.pid");
  await takeOver(pidFile);
  await replaceContainer(storeDir, program);
  if (options.port) await assertPortFree(options.port, "NATS");
  const { server, port, info } = await startOnPort(program, storeDir, pidFile, options);
  let stopped: Promise<void> | undefined;
  return {
    url: `nats://127.0.0.1:${port}`,
    port,
    pid: server.pid,
    version: info.version,
    stop: () => (stopped ??= server.stop(stopSignals).then(() => rmSync(pidFile, { force: true }))),
  };
}

/** Ends a server that a killed run left on this store; refuses when the process that started it still lives. */
async function takeOver(pidFile: string): Promise<void> {
  const [pid, owner] = readPids(pidFile);
  if (pid !== undefined && commandOf(pid)?.includes("nats-server") === true) {
    if (owner !== undefined && owner !== process.pid && commandOf(owner)?.includes("node") === true) {
      throw errors.ERR_ALREADY_RUNNING({ message: `Process ${owner} already runs NATS on this store; stop it first.`, details: { owner } });
    }
    await endLeftover(pid, stopSignals);
  }
  rmSync(pidFile, { force: true });
}

function readPids(file: string): (number | undefined)[] {
  try {
    return readFileSync(file, "utf8")
      .trim()
      .split(/\s+/)
      .map((text) => Number.parseInt(text, 10) || undefined);
  } catch {
    return [];
  }
}

interface ServerInfo {
  readonly version: string;
  readonly server_name: string;
  readonly jetstream?: boolean;
}

async function startOnPort(
  program: NatsProgram,
  storeDir: string,
  pidFile: string,
  options: NatsServerOptions,
): Promise<{ server: ServerProcess; port: number; info: ServerInfo }> {
  const configFile = join(storeDir, natsConfigFile);
  const logFile = join(storeDir, "nats-server.log");
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port || (await freePort());
    // The file holds passwords.
    const text = typeof options.configText === "string" ? options.configText : options.configText(port, program.storeSeen(storeDir));
    writeFileSync(configFile, text, { mode: 0o600 });
    const name = `opl-${process.pid}-${port}`;
    const server = await spawnServer({ ...program.commandFor({ storeDir, port, name }), logFile, exitSignal: "SIGTERM" });
    writeFileSync(pidFile, `${server.pid} ${process.pid}\n`);
    const info = await answers(port, name, server);
    if (info !== undefined) return { server, port, info };
    const log = tailOf(logFile);
    await server.stop(stopSignals);
    if (!options.port && attempt < 4 && log.includes("address already in use")) continue;
    if (/no space left on device/i.test(log))
      throw errors.ERR_NATS_START({ message: `There is no room on the disk of ${storeDir}. Make room and start again.` });
    throw errors.ERR_NATS_START({
      message: `nats-server did not start (${server.exited() ?? "no answer within 30 s"}); its log ${logFile} ends with:\n${log}`,
    });
  }
}

/** What the server says first on a connection, once it is ours and JetStream is on. */
async function answers(port: number, name: string, server: ServerProcess): Promise<ServerInfo | undefined> {
  for (let waited = 0; waited < 30_000 && server.exited() === undefined; waited += 20) {
    const info = await greeting(port);
    if (info?.server_name === name && info.jetstream === true) return info;
    await delay(20);
  }
  return undefined;
}

function greeting(port: number): Promise<ServerInfo | undefined> {
  return new Promise((resolveInfo) => {
    const socket = connect({ port, host: "127.0.0.1" });
    let text = "";
    const done = (info: ServerInfo | undefined): void => {
      socket.destroy();
      resolveInfo(info);
    };
    socket.setTimeout(1_000, () => done(undefined));
    socket.on("error", () => done(undefined));
    socket.on("close", () => done(undefined));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const line = /^INFO (\{.*\})\s*\r\n/.exec(text)?.[1];
      if (line !== undefined) done(JSON.parse(line) as ServerInfo);
    });
  });
}

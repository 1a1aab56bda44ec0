import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** How the server of one store is to be run. */
export interface NatsRun {
  /** Holds the configuration `nats-server.conf` and the streams. */
  readonly storeDir: string;
  readonly port: number;
  /** The name that the server gives itself in its greeting. */
  readonly name: string;
}

/** A nats-server that can be run on this machine. */
export interface NatsProgram {
  /** For the progress line: `/usr/sbin/nats-server`. */
  readonly described: string;
  /** How the server names the folder of its store; its configuration must say the same. */
  storeSeen(storeDir: string): string;
  /** What to spawn; it runs in the foreground and SIGTERM ends it. The command line holds the word nats-server. */
  commandFor(run: NatsRun): { readonly command: string; readonly args: readonly string[] };
  /** The client of the container engine that runs the server; undefined when the server is a process of this machine. */
  readonly engine: string | undefined;
}

export const natsConfigFile = "nats-server.conf";
/** In the store: the client of the engine whose container serves it, or served it last. */
const engineFile = "nats-server.engine";
/** The same as in docker-compose.yml. */
export const natsImage = "docker.io/library/nats:2.12-alpine";

function flags({ port, name }: NatsRun, storeSeen: string, address: string): string[] {
  // Address and port win over what the configuration says.
  return ["--config", `${storeSeen}/${natsConfigFile}`, "--addr", address, "--port", String(port), "--jetstream", "--name", name];
}

/** A program file of this machine. */
export function installedNats(file: string): NatsProgram {
  // The configuration knows no backslashes.
  const storeSeen = (storeDir: string): string => storeDir.replaceAll("\\", "/");
  return {
    described: file,
    engine: undefined,
    storeSeen,
    commandFor: (run) => ({ command: file, args: flags(run, storeSeen(run.storeDir), "127.0.0.1") }),
  };
}

export interface ContainerEngine {
  readonly name: "docker" | "podman";
  readonly file: string;
  /** Whose files the store is, where the system knows such a thing. */
  readonly user: { readonly uid: number; readonly gid: number } | undefined;
}

/** The image in a container of its own for each store, with the store mounted, reachable from this machine only. */
export function containerNats({ name: engine, file, user }: ContainerEngine): NatsProgram {
  const inside = "/data";
  return {
    described: `${natsImage} by ${engine}`,
    engine: file,
    storeSeen: () => inside,
    commandFor: (run) => ({
      command: file,
      args: [
        "run",
        "--rm",
        "--name",
        containerName(run.storeDir),
        "--publish",
        `127.0.0.1:${run.port}:${run.port}`,
        "--volume",
        // Z: where SELinux is on, the container may read the folder.
        `${run.storeDir}:${inside}:Z`,
        ...userFlags(engine, user),
        "--entrypoint",
        "nats-server",
        natsImage,
        ...flags(run, inside, "0.0.0.0"),
      ],
    }),
  };
}

/**
 * Ends a container of this store that outlived its client, by the engine that runs it, and notes the engine of the program that comes next,
 * which may be another way than the last one: two servers must never write to one store.
 */
export async function replaceContainer(storeDir: string, next: NatsProgram): Promise<void> {
  const note = join(storeDir, engineFile);
  const noted = existsSync(note) ? readFileSync(note, "utf8") : undefined;
  for (const engine of new Set([noted, next.engine])) {
    // There is none most of the time, and then this fails.
    if (engine !== undefined) await promisify(execFile)(engine, ["rm", "--force", containerName(storeDir)]).catch(() => undefined);
  }
  if (next.engine === undefined) rmSync(note, { force: true });
  else writeFileSync(note, next.engine);
}

function containerName(storeDir: string): string {
  return `opl-nats-server-${createHash("sha256").update(storeDir).digest("hex").slice(0, 12)}`;
}

/** The files of the store stay ours. Without root podman maps us to root inside, unless told to keep the number. */
function userFlags(engine: ContainerEngine["name"], user: ContainerEngine["user"]): string[] {
  if (user === undefined || user.uid === 0) return [];
  return engine === "podman" ? ["--userns", "keep-id"] : ["--user", `${user.uid}:${user.gid}`];
}

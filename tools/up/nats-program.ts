import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
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
  /** Ends a server of this store that outlived its process. */
  clean(storeDir: string): Promise<void>;
}

export const natsConfigFile = "nats-server.conf";
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
    storeSeen,
    commandFor: (run) => ({ command: file, args: flags(run, storeSeen(run.storeDir), "127.0.0.1") }),
    clean: () => Promise.resolve(),
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
    // There is none most of the time, and then this fails.
    clean: async (storeDir) => void (await promisify(execFile)(file, ["rm", "--force", containerName(storeDir)]).catch(() => undefined)),
  };
}

function containerName(storeDir: string): string {
  return `opl-nats-server-${createHash("sha256").update(storeDir).digest("hex").slice(0, 12)}`;
}

/** The files of the store stay ours. Without root podman maps us to root inside, unless told to keep the number. */
function userFlags(engine: ContainerEngine["name"], user: ContainerEngine["user"]): string[] {
  if (user === undefined || user.uid === 0) return [];
  return engine === "podman" ? ["--userns", "keep-id"] : ["--user", `${user.uid}:${user.gid}`];
}

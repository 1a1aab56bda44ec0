import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { errors } from "./errors.ts";
import { containerNats, installedNats, natsImage, type ContainerEngine, type NatsProgram } from "./nats-program.ts";

/** What the ways look at; given, so that a test can be another machine. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly path: string;
  /** Where programs are that an ordinary user's PATH does not name. */
  readonly sbinFolders: readonly string[];
  readonly user: ContainerEngine["user"];
  readonly say: (text: string) => void;
}

/** The machine we are on. */
export function thisMachine(say: (text: string) => void = () => undefined): Machine {
  const { platform, env, getuid, getgid } = process;
  return {
    platform,
    path: env["PATH"] ?? "",
    // Debian installs into an sbin folder.
    sbinFolders: ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/homebrew/sbin", "/sbin"],
    user: getuid === undefined || getgid === undefined ? undefined : { uid: getuid(), gid: getgid() },
    say,
  };
}

/** One way to come by a nats-server: the program, undefined when the way does not exist here, or why it failed. */
type Way = (machine: Machine) => Promise<NatsProgram | { readonly failed: string } | undefined>;

const pullMs = 180_000;
const installMs = 300_000;

const ways: readonly Way[] = [installed, inContainer, byApt, byBrew];

/** The first way that works on this machine. @throws ERR_NATS_NOT_FOUND with what was tried and how to install it */
export async function findNatsServer(machine: Machine = thisMachine()): Promise<NatsProgram> {
  const failures: string[] = [];
  for (const way of ways) {
    const found = await way(machine);
    if (found !== undefined && !("failed" in found)) return found;
    if (found !== undefined) failures.push(found.failed);
  }
  const sudo = machine.user?.uid === 0 ? "" : "sudo ";
  throw errors.ERR_NATS_NOT_FOUND({
    message: [
      "There is no nats-server on this machine.",
      ...failures,
      `Install it (Debian, Ubuntu: ${sudo}apt-get install nats-server; macOS: brew install nats-server) and start again.`,
    ].join(" "),
  });
}

async function installed(machine: Machine): Promise<NatsProgram | undefined> {
  const file = programFile(machine, machine.platform === "win32" ? "nats-server.exe" : "nats-server");
  return file === undefined ? undefined : installedNats(file);
}

async function inContainer(machine: Machine): ReturnType<Way> {
  const failures: string[] = [];
  for (const name of ["docker", "podman"] as const) {
    const file = programFile(machine, name);
    // A client without an engine behind it fails here.
    if (file === undefined || (await run(machine, file, ["version"], 10_000)) !== null) continue;
    if ((await run(machine, file, ["image", "inspect", natsImage], 10_000)) !== null) {
      machine.say(`No nats-server is installed: ${name} fetches ${natsImage} …`);
      const refusal = await run(machine, file, ["pull", natsImage], pullMs);
      if (refusal !== null) {
        failures.push(`${name} could not fetch ${natsImage}: ${refusal}.`);
        continue;
      }
    }
    return containerNats({ name, file, user: machine.user });
  }
  return failures.length === 0 ? undefined : { failed: failures.join(" ") };
}

/** As root only: nobody is asked for a password. On systemd machines the package starts a server of its own on 4222; ours has its own port. */
async function byApt(machine: Machine): ReturnType<Way> {
  const file = machine.platform === "linux" && machine.user?.uid === 0 ? programFile(machine, "apt-get") : undefined;
  if (file === undefined) return undefined;
  machine.say("No nats-server is installed: apt-get installs it …");
  const install = ["install", "--yes", "--no-install-recommends", "nats-server"];
  if ((await run(machine, file, install, installMs)) !== null) {
    // Most often the list of packages is missing or old.
    await run(machine, file, ["update"], installMs);
    const refusal = await run(machine, file, install, installMs);
    if (refusal !== null) return { failed: `apt-get could not install it: ${refusal}.` };
  }
  return installed(machine);
}

async function byBrew(machine: Machine): ReturnType<Way> {
  const file = programFile(machine, "brew");
  if (file === undefined || machine.user?.uid === 0) return undefined;
  machine.say("No nats-server is installed: brew installs it …");
  const refusal = await run(machine, file, ["install", "nats-server"], installMs);
  return refusal === null ? installed(machine) : { failed: `brew could not install it: ${refusal}.` };
}

function programFile({ path, sbinFolders }: Machine, name: string): string | undefined {
  return [...path.split(delimiter).filter((folder) => folder !== ""), ...sbinFolders].map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Runs a program to its end. @returns null when it succeeded, else the last thing it said */
async function run({ path }: Machine, file: string, args: readonly string[], timeout: number): Promise<string | null> {
  try {
    await promisify(execFile)(file, args, { timeout, env: { ...process.env, PATH: path, DEBIAN_FRONTEND: "noninteractive" } });
    return null;
  } catch (error) {
    const said = (error as { stderr?: string }).stderr?.trim() ?? "";
    return ((said === "" ? (error as Error).message : said).split("\n").at(-1) ?? "").replace(/\.$/, "");
  }
}

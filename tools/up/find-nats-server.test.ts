import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findNatsServer, type Machine } from "./find-nats-server.ts";
import { containerNats, installedNats, natsImage, replaceContainer } from "./nats-program.ts";

const root = { uid: 0, gid: 0 };
const person = { uid: 1000, gid: 1000 };
const install = "install --yes --no-install-recommends nats-server";

/** A machine whose PATH holds programs that note how they were called. */
describe.runIf(process.platform !== "win32")("findNatsServer", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "opl-ways-"));
    for (const name of ["bin", "sbin"]) mkdirSync(join(folder, name));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** `body` is what the program does after it has noted its call; `$1` is its first argument. */
  const program = (name: string, body = "exit 0", where = "bin"): void => {
    writeFileSync(join(folder, where, name), `#!/bin/sh\necho "${name} $*" >> ${folder}/calls\n${body}\n`);
    chmodSync(join(folder, where, name), 0o755);
  };
  const calls = (): string[] => (existsSync(join(folder, "calls")) ? readFileSync(join(folder, "calls"), "utf8").trimEnd().split("\n") : []);
  const said: string[] = [];
  const machine = (given: Partial<Machine> = {}): Machine => ({
    platform: "linux",
    // The programs themselves are scripts and need a shell.
    path: join(folder, "bin"),
    sbinFolders: [join(folder, "sbin")],
    user: root,
    say: (text) => said.push(text),
    ...given,
  });
  const installs = (file: string): string => `[ "$1" != install ] || { echo '#!/bin/sh' > ${file}; /bin/chmod 755 ${file}; }`;
  const at = (...names: string[]): string => join(folder, ...names);

  it.each([
    ["on PATH", "bin"],
    ["in an sbin folder, which an ordinary user's PATH does not name", "sbin"],
  ])("takes what is installed %s, and asks nobody else", async (_, where) => {
    program("nats-server", "exit 0", where);
    for (const other of ["docker", "podman", "apt-get", "brew"]) program(other);
    expect((await findNatsServer(machine())).described).toBe(at(where, "nats-server"));
    expect(calls()).toEqual([]);
  });

  it.each([
    {
      title: "docker that has the image",
      programs: { docker: "exit 0", "apt-get": "exit 0" },
      described: `${natsImage} by docker`,
      called: ["docker version", `docker image inspect ${natsImage}`],
    },
    {
      title: "docker that has to fetch it",
      programs: { docker: '[ "$1" != image ]' },
      described: `${natsImage} by docker`,
      called: ["docker version", `docker image inspect ${natsImage}`, `docker pull ${natsImage}`],
    },
    {
      title: "podman when docker has no engine behind it",
      programs: { docker: "exit 1", podman: "exit 0" },
      described: `${natsImage} by podman`,
      called: ["docker version", "podman version", `podman image inspect ${natsImage}`],
    },
    {
      title: "apt-get as root",
      programs: { "apt-get": "INSTALLS" },
      described: "sbin/nats-server",
      called: [`apt-get ${install}`],
    },
    {
      title: "apt-get after the list of packages was brought up to date",
      programs: { "apt-get": 'if [ "$1" = update ]; then : > LISTS; exit 0; fi; [ -e LISTS ] || exit 100; INSTALLS' },
      described: "sbin/nats-server",
      called: [`apt-get ${install}`, "apt-get update", `apt-get ${install}`],
    },
    {
      title: "apt-get when the image cannot be fetched",
      programs: { docker: '[ "$1" = version ]', "apt-get": "INSTALLS" },
      described: "sbin/nats-server",
      called: ["docker version", `docker image inspect ${natsImage}`, `docker pull ${natsImage}`, `apt-get ${install}`],
    },
    {
      title: "brew for a person on a Mac",
      programs: { brew: "INSTALLS" },
      given: { platform: "darwin", user: person } as const,
      described: "sbin/nats-server",
      called: ["brew install nats-server"],
    },
  ])("else $title", async ({ programs, given, described, called }) => {
    for (const [name, body] of Object.entries(programs))
      program(name, body.replaceAll("LISTS", at("lists")).replaceAll("INSTALLS", installs(at("sbin", "nats-server"))));
    const found = await findNatsServer(machine(given));
    expect(found.described).toBe(described.startsWith("sbin/") ? at(described) : described);
    expect(calls()).toEqual(called);
  });

  it.each([
    {
      title: "nothing is there",
      programs: {},
      given: { user: person },
      message:
        "There is no nats-server on this machine. Install it (Debian, Ubuntu: sudo apt-get install nats-server; macOS: brew install nats-server) and start again.",
    },
    {
      title: "only root could install it, and we are not root",
      programs: { "apt-get": "exit 0" },
      given: { user: person },
      message:
        "There is no nats-server on this machine. Install it (Debian, Ubuntu: sudo apt-get install nats-server; macOS: brew install nats-server) and start again.",
    },
    {
      title: "every way failed, with what each said last",
      programs: { docker: '[ "$1" = version ] || { echo "no route to registry" >&2; exit 1; }', "apt-get": 'echo "E: Unable to locate package" >&2; exit 100' },
      given: {},
      message: `There is no nats-server on this machine. docker could not fetch ${natsImage}: no route to registry. apt-get could not install it: E: Unable to locate package. Install it (Debian, Ubuntu: apt-get install nats-server; macOS: brew install nats-server) and start again.`,
    },
  ])("says what to do when $title", async ({ programs, given, message }) => {
    for (const [name, body] of Object.entries(programs)) program(name, body);
    await expect(findNatsServer(machine(given))).rejects.toMatchObject({ code: "ERR_NATS_NOT_FOUND", message });
    expect(calls().filter((call) => call.startsWith("apt-get") && given.user !== undefined)).toEqual([]);
  });

  describe("replaceContainer", () => {
    const container = (name: "docker" | "podman") => containerNats({ name, file: at("bin", name), user: person });
    const nameFor = (storeDir: string): string => {
      const { args } = container("docker").commandFor({ storeDir, port: 4222, name: "opl-1" });
      return args[args.indexOf("--name") + 1] ?? "";
    };
    const removal = (engine: string): string => `${engine} rm --force ${nameFor(folder)}`;

    it("removes a container that a killed start left, by the name that belongs to the store", async () => {
      program("docker");
      await replaceContainer(folder, container("docker"));
      expect(calls()).toEqual([removal("docker")]);
    });

    it.each([
      { title: "a program of this machine", next: () => installedNats("/usr/sbin/nats-server"), removed: ["docker", "docker"] },
      { title: "another engine", next: () => container("podman"), removed: ["docker", "docker", "podman"] },
    ])("removes what docker left also when $title comes next", async ({ next, removed }) => {
      for (const name of ["docker", "podman"]) program(name);
      await replaceContainer(folder, container("docker"));
      await replaceContainer(folder, next());
      expect(calls()).toEqual(removed.map(removal));
    });

    it("asks no engine where only a program of this machine ran", async () => {
      program("docker");
      await replaceContainer(folder, container("docker"));
      for (let start = 0; start < 2; start += 1) await replaceContainer(folder, installedNats("/usr/sbin/nats-server"));
      expect(calls()).toEqual([removal("docker"), removal("docker")]);
    });
  });
});

describe("commandFor", () => {
  const run = { storeDir: "/x/nats", port: 4222, name: "opl-1" };

  it("runs a program of this machine on loopback", () => {
    expect(installedNats("/usr/sbin/nats-server").commandFor(run)).toEqual({
      command: "/usr/sbin/nats-server",
      args: "--config /x/nats/nats-server.conf --addr 127.0.0.1 --port 4222 --jetstream --name opl-1".split(" "),
    });
  });

  it.each([
    ["docker", person, "--user 1000:1000 "],
    ["podman", person, "--userns keep-id "],
    ["docker", root, ""],
    ["docker", undefined, ""],
  ] as const)("runs the image by %s as %j, reachable from this machine only", (name, user, flags) => {
    const { args } = containerNats({ name, file: `/usr/bin/${name}`, user }).commandFor(run);
    expect(args.join(" ")).toMatch(
      new RegExp(
        `^run --rm --name opl-nats-server-[0-9a-f]{12} --publish 127\\.0\\.0\\.1:4222:4222 --volume /x/nats:/data:Z ${flags}--entrypoint nats-server ${natsImage} --config /data/nats-server.conf --addr 0\\.0\\.0\\.0 --port 4222 --jetstream --name opl-1$`,
      ),
    );
  });
});

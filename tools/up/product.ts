import { mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { keepDemoLogins, keepSandboxSecrets } from "../setup/demo-secrets.ts";
import { makeSecrets, readSecret, type Service, services } from "../setup/secrets.ts";
import { compileCache } from "./compile-cache.ts";
import { buildWeb } from "./build-web.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { environmentOf, type SandboxEndpoints, type Surroundings } from "./environment.ts";
import { type KeptServer, keepRunning } from "./keep-running.ts";
import { findNatsServer, thisMachine } from "./find-nats-server.ts";
import type { NatsProgram } from "./nats-program.ts";
import { startNatsServer } from "./nats-server.ts";
import { beginPreparation } from "./preparation.ts";
import type { Progress } from "./progress.ts";
import { tailOf } from "./server-process.ts";
import { choosePorts, openStateFolder, type RunLock, takeLock } from "./state.ts";
import { type Supervised, supervise } from "./supervisor.ts";
import { waitFor } from "./wait-for.ts";

export interface ProductOptions {
  /** Holds data, keys and logs; made when it does not exist, kept when it does. */
  readonly dir: string;
  /** Where a browser finds the product. */
  readonly port: number;
  readonly progress: Progress;
  /** Variables for the sandbox bank beside its own defaults (`SANDBOX_LATENCY_MS`, `SANDBOX_SEED`, …). */
  readonly sandbox?: Readonly<Record<string, string>>;
  readonly logLevel?: string;
  /** Variables for single services beside what they get anyway. */
  readonly environment?: Readonly<Partial<Record<Service, Readonly<Record<string, string>>>>>;
  /** False only in tests: then a crash of the machine may lose data. */
  readonly fsync?: boolean;
}

export interface Product {
  readonly origin: string;
  readonly demo: { readonly email: string; readonly password: string };
  /** Who may open the operators' pages. */
  readonly operatorLogin: { readonly email: string; readonly password: string };
  readonly sandbox: SandboxEndpoints;
  readonly logDir: string;
  readonly secretsDir: string;
  readonly adminDatabaseUrl: string;
  readonly natsUrl: string;
  /** Address of one service, for an operator on this machine. */
  urlOf(service: Service): string;
  /** A bearer token of the operator for one service. */
  operatorToken(service: Service): Promise<string>;
  readonly processes: Readonly<Record<Service | "sandbox", Supervised>>;
  readonly postgres: KeptServer;
  readonly nats: KeptServer;
  stop(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, "../..");
const databaseName = "opl";
const portNames = [
  "web",
  "postgres",
  "nats",
  "sandbox-certgen",
  "sandbox-mtls",
  "sandbox-authorize",
  "sandbox-trust",
  "sandbox-uk",
  "sandbox-berlin-group",
  "sandbox-fapi",
  "sandbox-admin",
  "tpp-registry",
  "bank-gateway",
  "consent",
  "ingest",
  "analytics",
] as const;
const sandboxPorts = ["sandbox-certgen", "sandbox-mtls", "sandbox-authorize", "sandbox-trust", "sandbox-uk", "sandbox-berlin-group", "sandbox-fapi"] as const;
const readyWithinMs = 60_000;
const bankReadyWithinMs = 120_000;
/**
 * Seven processes on one person's machine stay under 1 GB together: a small young generation; few allocation arenas that give back what is
 * free (hashing a password takes 19 MB for a moment); and code that is read compiled instead of being compiled anew in each process.
 */
const node = {
  flags: ["--max-semi-space-size=2"],
  env: { NODE_COMPILE_CACHE: compileCache, MALLOC_ARENA_MAX: "2", MALLOC_MMAP_THRESHOLD_: "1000000", MALLOC_TRIM_THRESHOLD_: "1000000" },
} as const;

/**
 * Starts the whole product on this machine: Postgres, NATS, the sandbox bank, the six services, and registers the TPP at the bank by
 * its real flow. Everything it starts ends with `stop()`; when it fails half-way, it ends what it had begun.
 */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { progress } = options;
  const nats = await findNatsServer(thisMachine((text) => progress.say(text)));
  const dir = openStateFolder(path.resolve(options.dir));
  const lock = await takeLock(path.join(dir, "run.lock"), "tools/up/main.ts");
  const undo: (() => Promise<void> | void)[] = [() => lock.release()];
  const stop = async (): Promise<void> => {
    for (const step of undo.splice(0).toReversed()) await step();
  };
  try {
    return await assemble(options, nats, dir, lock, undo, stop, progress);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function assemble(
  options: ProductOptions,
  nats: NatsProgram,
  dir: string,
  lock: RunLock,
  undo: (() => Promise<void> | void)[],
  stop: () => Promise<void>,
  progress: Progress,
): Promise<Product> {
  const sandboxDir = path.join(dir, "sandbox");
  const sandboxReady = path.join(sandboxDir, "endpoints.json");
  const ports = await choosePorts(path.join(dir, "ports.json"), portNames, { web: options.port }, sandboxPorts, () => portsOf(sandboxReady));
  const secretsDir = path.join(dir, "secrets");
  const logDir = path.join(dir, "logs");
  mkdirSync(logDir, { recursive: true });
  makeSecrets(secretsDir);
  const sandboxSecrets = keepSandboxSecrets(secretsDir);
  const logins = keepDemoLogins(secretsDir);
  const preparation = beginPreparation(node);
  undo.push(() => preparation.end());
  const start = (name: string, args: readonly string[], env: Readonly<Record<string, string>>): Supervised => {
    const child = supervise(
      { name, command: process.execPath, args: [...node.flags, ...args], env: { ...node.env, ...env }, cwd: root },
      { logDir, onStart: (pid) => lock.note(pid, args.at(-1) ?? name) },
    );
    undo.push(() => child.stop());
    return child;
  };

  const startSandbox = async (): Promise<{ child: Supervised; endpoints: SandboxEndpoints }> => {
    const child = start("sandbox", ["sandbox/src/main.ts"], {
      PATH: process.env["PATH"] ?? "",
      SANDBOX_DIR: sandboxDir,
      SANDBOX_API_KEY: readSecret(sandboxSecrets.portalKey),
      SANDBOX_QTSP_SECRET: readSecret(sandboxSecrets.qtspSecret),
      SANDBOX_DIRECTORY_TOKEN: readSecret(sandboxSecrets.directoryToken),
      SANDBOX_OP_CERTGEN_PORT: String(ports["sandbox-certgen"]),
      SANDBOX_OP_MTLS_PORT: String(ports["sandbox-mtls"]),
      SANDBOX_OP_AUTHORIZE_PORT: String(ports["sandbox-authorize"]),
      SANDBOX_TRUST_PORT: String(ports["sandbox-trust"]),
      SANDBOX_UK_PORT: String(ports["sandbox-uk"]),
      SANDBOX_BERLIN_GROUP_PORT: String(ports["sandbox-berlin-group"]),
      SANDBOX_FAPI_PORT: String(ports["sandbox-fapi"]),
      SANDBOX_ADMIN_PORT: String(ports["sandbox-admin"]),
      ...options.sandbox,
    });
    const endpoints = await waitFor(
      async () => {
        const told: SandboxEndpoints = JSON.parse(readFileSync(sandboxReady, "utf8"));
        return (await fetch(new URL("/people?bank=op", told.adminUrl))).ok ? told : null;
      },
      bankReadyWithinMs,
      () => `The sandbox bank did not start; its log ends with:\n${tailOf(path.join(logDir, "sandbox.log"))}`,
      child,
    );
    return { child, endpoints };
  };
  const startPostgres = async (): Promise<{ kept: KeptServer; adminUrl: string }> => {
    const dataDir = path.join(dir, "postgres");
    let server!: EmbeddedPostgres;
    const kept = await keepRunning(async () => {
      server = await startEmbeddedPostgres({ dataDir, port: ports.postgres, fsync: options.fsync ?? true });
      return server;
    });
    undo.push(() => kept.stop());
    const { adminUrl, dataDir: place } = server;
    if (place !== dataDir) progress.say(`           the database is in ${place}: its user may not enter ${dir}`);
    return { kept, adminUrl: await preparation.ask("makeSchemas", { adminUrl, database: databaseName, secretsDir }) };
  };
  const startNats = async (): Promise<KeptServer> => {
    const storeDir = path.join(dir, "nats");
    const configText = await preparation.ask("natsConfig", { secretsDir, port: ports.nats, storeDir: nats.storeSeen(storeDir) });
    const kept = await keepRunning(() => startNatsServer({ program: nats, storeDir, port: ports.nats, configText }));
    undo.push(() => kept.stop());
    return kept;
  };

  // Independent of one another: side by side, each saying when it is done. All are awaited, so that a failure leaves nothing half begun.
  const beginnings = [
    progress.step("Postgres 18, a schema and a role for each service", startPostgres),
    progress.step(`NATS with JetStream (${nats.described}), a user for each service`, startNats),
    progress.step("sandbox bank over mutual TLS", startSandbox),
    progress.step("web client", buildWeb),
  ] as const;
  await Promise.allSettled(beginnings);
  const [postgres, keptNats, sandbox] = await Promise.all(beginnings);

  const origin = `http://localhost:${ports.web}`;
  const servicePorts: Record<Service, number> = {
    "tpp-registry": ports["tpp-registry"],
    "bank-gateway": ports["bank-gateway"],
    consent: ports.consent,
    ingest: ports.ingest,
    analytics: ports.analytics,
    bff: ports.web,
  };
  const around: Surroundings = {
    root,
    secretsDir,
    origin,
    ports: servicePorts,
    database: { host: "127.0.0.1", port: ports.postgres, name: databaseName },
    natsUrl: `nats://127.0.0.1:${ports.nats}`,
    sandbox: sandbox.endpoints,
    sandboxSecrets,
    logLevel: options.logLevel ?? "info",
    ...logins,
  };
  const urlOf = (service: Service): string => `http://127.0.0.1:${servicePorts[service]}`;
  const children = Object.fromEntries(
    services.map((service) => [
      service,
      start(service, ["--import", "@opl/telemetry/register", `services/${service}/src/main.ts`], {
        ...environmentOf(service, around),
        ...options.environment?.[service],
      }),
    ]),
  ) as Record<Service, Supervised>;
  await progress.step("six services", async () => {
    await Promise.all(
      services.map((service) =>
        waitFor(
          async () => ((await fetch(`${urlOf(service)}/health/ready`)).ok ? true : null),
          readyWithinMs,
          () => `${service} did not become ready; its log ends with:\n${tailOf(path.join(logDir, `${service}.log`))}`,
          children[service],
        ),
      ),
    );
  });

  await progress.step("registered as TPP at the sandbox bank", () =>
    preparation.ask("awaitRegistration", { url: urlOf("tpp-registry"), secretsDir, logFile: path.join(logDir, "tpp-registry.log") }),
  );
  preparation.end();

  return {
    origin,
    demo: { email: logins.demo.email, password: readSecret(logins.demo.passwordFile) },
    operatorLogin: { email: logins.operator.email, password: readSecret(logins.operator.passwordFile) },
    sandbox: sandbox.endpoints,
    logDir,
    secretsDir,
    adminDatabaseUrl: postgres.adminUrl,
    natsUrl: around.natsUrl,
    urlOf,
    // Loaded when somebody asks: the process that only watches does without it.
    operatorToken: async (service) => (await import("../setup/ask.ts")).operatorTokens(secretsDir).issue(service),
    processes: { ...children, sandbox: sandbox.child },
    postgres: postgres.kept,
    nats: keptNats,
    stop,
  };
}

/** Where the sandbox banks were: our registrations at them name these ports. Nothing of those that have not run yet. */
function portsOf(sandboxReady: string): Partial<Record<(typeof sandboxPorts)[number], number>> {
  try {
    const told: Partial<SandboxEndpoints> = JSON.parse(readFileSync(sandboxReady, "utf8"));
    const urls = {
      "sandbox-certgen": told.certGenerationUrl,
      "sandbox-mtls": told.tokenUrl,
      "sandbox-authorize": told.authorizeUrl,
      "sandbox-trust": told.qtspUrl,
      "sandbox-uk": told.uk?.issuer,
      "sandbox-berlin-group": told.berlinGroup?.baseUrl,
      "sandbox-fapi": told.fapi?.fapi1.issuer,
    };
    return Object.fromEntries(Object.entries(urls).flatMap(([name, url]) => (url === undefined ? [] : [[name, Number(new URL(url).port)]])));
  } catch {
    return {};
  }
}

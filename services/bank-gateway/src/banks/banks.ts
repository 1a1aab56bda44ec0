import { readFileSync } from "node:fs";
import type { Jwk } from "@opl/fapi";
import type { Clock } from "@opl/service";
import type { Logger } from "@opl/telemetry";
import type { Kysely } from "kysely";
import type { BankAdapter } from "../adapters/bank-adapter.ts";
import { activeRegistrationOf, findRegistration, getSecret, newestOfClient, versionOfSecrets } from "../db/registration-store.ts";
import type { Tables, TppSecretsTable } from "../db/tables.ts";
import { createDispatcher } from "../egress/dispatcher.ts";
import { createEgress } from "../egress/egress.ts";
import type { Egress, EgressOptions } from "../egress/egress.ts";
import { defaultLimits } from "../egress/limits.ts";
import type { EgressLimits } from "../egress/limits.ts";
import { observeEgress } from "../egress/observe.ts";
import { createPolicy } from "../egress/policy.ts";
import type { RevocationLists } from "../egress/revocation-lists.ts";
import { errors } from "../errors.ts";
import type { Vault } from "../vault/vault.ts";
import { createAuthorizationServer } from "./authorization-server.ts";
import type { AuthorizationServer } from "./authorization-server.ts";
import { createBank } from "./bank.ts";
import type { Bank } from "./bank.ts";
import type { ClientCredentials } from "./credentials.ts";
import type { HealthMonitor } from "./health-monitor.ts";
import { chooseQwac, clientIdentity, readTppKeys } from "./keys.ts";
import type { TppKey } from "./keys.ts";

export interface BanksOptions {
  readonly adapters: readonly BankAdapter[];
  readonly db: Kysely<Tables>;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly logger: Logger;
  readonly health: HealthMonitor;
  readonly limits?: Partial<EgressLimits>;
  readonly probeAfterMs?: number;
  readonly monotonicMs?: () => number;
  readonly revocation?: RevocationLists;
}

/** Every bank we know, and our standing with each. */
export interface Banks extends AsyncDisposable {
  readonly adapters: readonly BankAdapter[];
  /** @throws ERR_ASPSP_UNKNOWN */
  adapter(aspspId: string): BankAdapter;
  /** Under the registration that serves now. @throws ERR_ASPSP_UNKNOWN, ERR_ASPSP_NOT_REGISTERED */
  active(aspspId: string): Promise<Bank>;
  /**
   * Under the registration a consent began with, or once that was retired under the newest one of the same client: the bank knows no
   * difference, and the newer certificate lives longer. @throws ERR_ASPSP_NOT_REGISTERED
   */
  under(registrationId: string): Promise<Bank>;
  /** Under this very registration. @throws ERR_ASPSP_NOT_REGISTERED */
  of(registrationId: string): Promise<Bank>;
  /** What the bank, or an operator, gave us under this registration. */
  credentialsOf(registrationId: string): Promise<ClientCredentials | undefined>;
  /** Our keys under this registration, ended ones included. @throws ERR_ASPSP_NOT_REGISTERED, ERR_REGISTRATION_STEP_ORDER */
  keysOf(registrationId: string): Promise<readonly TppKey[]>;
  /** The way out with our certificate, before there is a client. */
  linkOf(registrationId: string): Promise<{ readonly egress: Egress; readonly keys: readonly TppKey[] }>;
  /** The way out without any certificate. */
  anonymousEgress(aspspId: string): Egress;
  /** Nothing where the addresses are settings of ours. @throws ERR_ASPSP_UNKNOWN */
  authorizationServer(aspspId: string): AuthorizationServer | undefined;
  /** Secrets of a registration changed here: make it anew at the next call. Other replicas see it by themselves. */
  forget(registrationId: string): Promise<void>;
}

/** The way out to a bank under one certificate. */
interface Link {
  readonly egress: Egress;
  readonly keys: readonly TppKey[];
  readonly thumbprint: string;
  readonly close: () => Promise<void>;
}

/** Banks whose registration was retired stay open for the consents that began under it; there are never many. */
export function createBanks(options: BanksOptions): Banks {
  const { adapters, db, vault, clock, logger, revocation } = options;
  const limits = { ...defaultLimits, ...options.limits };
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const links = new Map<string, Promise<Link>>();
  const opened = new Map<string, Promise<Bank>>();
  const versions = new Map<string, string>();
  const shared = new Map(adapters.map((adapter) => [adapter.profile.aspspId, sharedPartsOf(adapter)]));

  const servers = new Map(adapters.flatMap((adapter) => serverOf(adapter)));

  function serverOf(adapter: BankAdapter): [string, AuthorizationServer][] {
    const { oauth, profile } = adapter;
    if (oauth?.endpoints !== "discovered") return [];
    const egress = makeEgress(adapter, undefined);
    return [[profile.aspspId, createAuthorizationServer({ adapter, oauth, egress, db, clock, logger, monotonicMs })]];
  }

  /** What all registrations at one bank have in common: its trust, its quota of calls, its health. */
  function sharedPartsOf({ profile }: BankAdapter) {
    const { trustedRootsPath, allowLegacySha1ClientCertificate: allowLegacySha1 } = profile;
    const trustedRootsPem = trustedRootsPath === undefined ? undefined : readFileSync(trustedRootsPath, "utf8");
    const policy = createPolicy({ maxConcurrent: limits.maxConnections, maxWaiting: 500, probeAfterMs: options.probeAfterMs ?? 10_000 });
    return { trustedRootsPem, allowLegacySha1, policy, anonymous: createDispatcher({ limits, trustedRootsPem, revocation }) };
  }

  function adapterOf(aspspId: string): BankAdapter {
    const adapter = adapters.find(({ profile }) => profile.aspspId === aspspId);
    if (adapter === undefined) throw errors.ERR_ASPSP_UNKNOWN();
    return adapter;
  }

  function makeEgress(adapter: BankAdapter, identified: EgressOptions["identified"]): Egress {
    const { aspspId, origins } = adapter.profile;
    const { policy, anonymous } = partsOf(aspspId);
    const egress = createEgress({
      origins: new Set(origins),
      identified,
      anonymous,
      limits,
      clock,
      newId: options.newId,
      psuHeaders: adapter.psuHeaders,
    });
    return observeEgress(policy(egress), { aspspId, logger, onOutcome: (outcome) => options.health.record(aspspId, outcome), monotonicMs });
  }

  function partsOf(aspspId: string): ReturnType<typeof sharedPartsOf> {
    const parts = shared.get(aspspId);
    if (parts === undefined) throw errors.ERR_ASPSP_UNKNOWN();
    return parts;
  }

  async function secret(registrationId: string, aspspId: string, name: TppSecretsTable["name"]): Promise<unknown> {
    const value = await getSecret(db, registrationId, name);
    if (value === undefined) return undefined;
    const plain = await vault.open({ owner: "tpp", purpose: "tpp-secrets", aspspId, subject: `${registrationId} ${name}` }, value);
    return JSON.parse(plain.toString("utf8"));
  }

  async function aspspOf(registrationId: string): Promise<string> {
    const registration = await findRegistration(db, registrationId);
    if (registration === undefined) throw errors.ERR_ASPSP_NOT_REGISTERED();
    return registration.aspspId;
  }

  async function keysOf(registrationId: string): Promise<readonly TppKey[]> {
    const jwks = (await secret(registrationId, await aspspOf(registrationId), "private-jwks")) as { keys: Jwk[] } | undefined;
    if (jwks === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
    return readTppKeys(jwks.keys);
  }

  async function link(registrationId: string): Promise<Link> {
    const adapter = adapterOf(await aspspOf(registrationId));
    const keys = await keysOf(registrationId);
    const identity = clientIdentity(chooseQwac(keys, clock.now()));
    const { trustedRootsPem, allowLegacySha1 } = partsOf(adapter.profile.aspspId);
    const dispatcher = createDispatcher({ limits, identity, trustedRootsPem, allowLegacySha1, revocation });
    const { thumbprint } = identity;
    return { keys, thumbprint, egress: makeEgress(adapter, { dispatcher, thumbprint }), close: () => dispatcher.close() };
  }

  async function open(registrationId: string): Promise<Bank> {
    const adapter = adapterOf(await aspspOf(registrationId));
    const credentials = await credentialsOf(registrationId);
    if (credentials === undefined) throw errors.ERR_REGISTRATION_STEP_ORDER();
    const { keys, egress, thumbprint } = await linked(registrationId);
    const server = servers.get(adapter.profile.aspspId);
    return createBank({ adapter, registrationId, keys, credentials, egress, certificateThumbprint: thumbprint, server, clock, monotonicMs });
  }

  async function credentialsOf(registrationId: string): Promise<ClientCredentials | undefined> {
    return (await secret(registrationId, await aspspOf(registrationId), "client-credentials")) as ClientCredentials | undefined;
  }

  /** What was made under other secrets goes: another replica may have taken a step, or what an operator entered. */
  async function letGoOfOld(registrationId: string): Promise<void> {
    const version = await versionOfSecrets(db, registrationId);
    const known = versions.get(registrationId);
    versions.set(registrationId, version);
    // Nobody waits for the calls that still run.
    if (known !== undefined && known !== version) void forget(registrationId);
  }

  async function linked(registrationId: string): Promise<Link> {
    await letGoOfOld(registrationId);
    return once(links, registrationId, link);
  }

  async function of(registrationId: string): Promise<Bank> {
    await letGoOfOld(registrationId);
    return once(opened, registrationId, open);
  }

  async function under(registrationId: string): Promise<Bank> {
    const known = await findRegistration(db, registrationId);
    if (known === undefined || known.retiredAt === null || known.clientId === null) return of(registrationId);
    return of((await newestOfClient(db, known.aspspId, known.clientId)) ?? registrationId);
  }

  async function forget(registrationId: string): Promise<void> {
    const old = links.get(registrationId);
    links.delete(registrationId);
    opened.delete(registrationId);
    // Calls under way end in peace; they still hold the dispatcher.
    await old?.then(({ close }) => close()).catch(() => undefined);
  }

  return {
    adapters,
    adapter: adapterOf,
    keysOf,
    under,
    of,
    credentialsOf,
    forget,
    async active(aspspId) {
      adapterOf(aspspId);
      const registrationId = await activeRegistrationOf(db, aspspId);
      if (registrationId === undefined) throw errors.ERR_ASPSP_NOT_REGISTERED();
      return of(registrationId);
    },
    async linkOf(registrationId) {
      const { egress, keys } = await linked(registrationId);
      return { egress, keys };
    },
    anonymousEgress: (aspspId) => makeEgress(adapterOf(aspspId), undefined),
    authorizationServer: (aspspId) => servers.get(adapterOf(aspspId).profile.aspspId),
    async [Symbol.asyncDispose]() {
      await Promise.all([...links.keys()].map(forget));
      await Promise.all([...shared.values()].map(({ anonymous }) => anonymous.destroy()));
    },
  };
}

/** One making for all who wait; a failed one is tried again by the next. */
function once<V>(map: Map<string, Promise<V>>, key: string, make: (key: string) => Promise<V>): Promise<V> {
  let promise = map.get(key);
  if (promise === undefined) {
    promise = make(key);
    map.set(key, promise);
    promise.catch(() => map.delete(key));
  }
  return promise;
}

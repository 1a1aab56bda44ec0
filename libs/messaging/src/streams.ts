import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType } from "@nats-io/jetstream";
import type { StreamConfig } from "@nats-io/jetstream";
import { catalogue, streamOf } from "@opl/contracts/events";
import type { EventContract } from "@opl/contracts/events";
import type { Messaging } from "./connection.ts";
import { errors } from "./errors.ts";

const nanosPerSecond = 1_000_000_000;
const retentionDays = 7;
const duplicateWindowMinutes = 15;

export interface StreamOptions {
  /** Three in a cluster, one otherwise. More than the stream has are added; fewer are refused. */
  readonly replicas?: number;
  /** A full stream refuses, so that facts wait in the outbox instead of being dropped unread. */
  readonly maxBytes?: number;
}

/** Name of an owner's stream behind the connection's prefix. */
export function streamNameOf(messaging: Pick<Messaging, "prefix">, owner: string): string {
  return messaging.prefix.toUpperCase().replaceAll(/[^A-Z0-9]/g, "_") + streamOf(owner);
}

/**
 * Creates the stream of one owner, or checks that it is as declared (DR-C9): a difference that would need a new stream
 * is refused, so are fewer replicas than there are; ages, sizes and more replicas are brought up to date. Idempotent;
 * several replicas of the service may call it at once.
 */
export async function declareStream(messaging: Messaging, owner: string, options: StreamOptions = {}): Promise<void> {
  const { manager } = messaging.nats;
  const wanted = streamConfigOf(messaging, owner, options);
  try {
    const { config } = await manager.streams.info(wanted.name);
    assertSame(config, wanted);
    if (mutable.some((key) => config[key] !== wanted[key])) await manager.streams.update(wanted.name, pick(wanted, mutable));
  } catch (error) {
    if (!isMissing(error)) throw error;
    await manager.streams.add(wanted).catch(async (failure: unknown) => {
      // Another replica was faster.
      if (!(failure instanceof JetStreamApiError) || failure.code !== 10058) throw failure;
      assertSame((await manager.streams.info(wanted.name)).config, wanted);
    });
  }
}

function streamConfigOf(messaging: Messaging, owner: string, { replicas = 1, maxBytes = 1024 ** 3 }: StreamOptions) {
  const aboutPeople = (Object.values(catalogue) as readonly EventContract[]).some((contract) => contract.owner === owner && contract.psu);
  return {
    name: streamNameOf(messaging, owner),
    subjects: [`${messaging.prefix}opl.${owner}.>`],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    num_replicas: replicas,
    discard: DiscardPolicy.New,
    max_age: retentionDays * 86_400 * nanosPerSecond,
    max_bytes: maxBytes,
    duplicate_window: duplicateWindowMinutes * 60 * nanosPerSecond,
    deny_delete: true,
    // Erasure purges by the person's subject; where no person is concerned nothing may ever be purged.
    deny_purge: !aboutPeople,
  };
}

const fixed = ["retention", "storage", "discard", "deny_delete", "deny_purge"] as const;
const mutable = ["max_age", "max_bytes", "duplicate_window", "num_replicas"] as const;

function assertSame(actual: StreamConfig, wanted: ReturnType<typeof streamConfigOf>): void {
  const different: string[] = fixed.filter((key) => (actual[key] ?? false) !== wanted[key]);
  if (actual.subjects.join() !== wanted.subjects.join()) different.push("subjects");
  if (actual.num_replicas > wanted.num_replicas)
    throw errors.ERR_STREAM_DIFFERS({
      message: `Stream ${wanted.name} has ${actual.num_replicas} replicas and ${wanted.num_replicas} are declared: safety is taken away by hand only.`,
      details: { stream: wanted.name, different: [...different, "num_replicas"] },
    });
  if (different.length === 0) return;
  throw errors.ERR_STREAM_DIFFERS({
    message: `Stream ${wanted.name} differs in ${different.join(", ")} from what is declared; it must be replaced by hand.`,
    details: { stream: wanted.name, different },
  });
}

function pick<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as Pick<T, K>;
}

/** True when the server says that a stream or consumer does not exist. */
export function isMissing(error: unknown): boolean {
  return error instanceof JetStreamApiError && (error.code === 10059 || error.code === 10014);
}

/**
 * Removes every stored fact of one owner about one person: their id is the last token of the subject (design D8).
 * @returns how many messages were removed
 */
export async function purgePsu(messaging: Messaging, owner: string, psuId: string): Promise<number> {
  if (!/^[0-9a-f-]{36}$/.test(psuId)) throw new TypeError("Not a person id.");
  const { purged } = await messaging.nats.manager.streams.purge(streamNameOf(messaging, owner), { filter: `${messaging.prefix}opl.${owner}.*.*.*.${psuId}` });
  return purged;
}

import type { Msg } from "@nats-io/transport-node";
import type { EventContract } from "@opl/contracts/events";
import { counter } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import type { Messaging } from "./connection.ts";
import { answerSubjectOf, askSubjectOf, contractsOf } from "./permissions.ts";
import { comparedDays } from "./retention.ts";
import { digestColumns, idsAtOnce, inBucket, parseJson, question } from "./reconcile-protocol.ts";
import type { Answer, Digest, ProducedFact, Question } from "./reconcile-protocol.ts";
import { highestAcknowledged, sendAgain } from "./send-again.ts";
import type { MessagingTables } from "./tables.ts";
import { Wake } from "./wake.ts";

export interface AnswerOptions {
  readonly db: Kysely<MessagingTables>;
  readonly messaging: Messaging;
  readonly owner: string;
  readonly logger: Logger;
  /** Called when facts were given back to the relay. */
  readonly onAgain: () => void;
}

/** The window of most rounds; now and then a consumer asks for all days. */
const recentHours = 2;
const answeredAtOnce = 4;
const againAfterMs = 10_000;

/**
 * Answers what the consumers of this service's facts ask of its outbox (DR-R1); any replica answers. Who may ask is the
 * broker's to say, see `permissionsOf`; where the answer may go is looked at here, so that nobody can make us publish elsewhere.
 */
export function answerConsumers({ db, messaging, owner, logger, onAgain }: AnswerOptions): AsyncDisposable {
  const { connection } = messaging.nats;
  const stopped = new AbortController();
  const { signal } = stopped;
  const again = counter("facts_sent_again_total", "Facts sent again because a consumer lacked them");

  const answer = async (contract: EventContract, message: Msg): Promise<void> => {
    const consumer = contract.consumers.find((name) => message.reply?.startsWith(messaging.prefix + answerSubjectOf(name, owner, "")));
    const asked = question.safeParse(parseJson(message.string()));
    if (consumer === undefined || !asked.success) {
      logger.warn({ type: contract.type }, "a question about facts that cannot be answered");
      return;
    }
    const given = await answerOf(db, contract, asked.data);
    if ("again" in given && given.again > 0) {
      logger.error({ type: contract.type, consumer, again: given.again }, "facts that a consumer lacks; sending them again");
      again.add(given.again, { type: contract.type, consumer });
      onAgain();
    }
    message.respond(JSON.stringify(given));
  };
  const answerAll = async (contract: EventContract): Promise<void> => {
    const subscription = connection.subscribe(messaging.prefix + askSubjectOf(contract), { queue: owner });
    const stop = (): void => subscription.unsubscribe();
    signal.addEventListener("abort", stop, { once: true });
    const open = new Set<Promise<void>>();
    for await (const message of subscription) {
      const one = answer(contract, message)
        .catch((error: unknown) => logger.warn({ err: error, type: contract.type }, "a question about facts was not answered"))
        .finally(() => open.delete(one));
      open.add(one);
      if (open.size >= answeredAtOnce) await Promise.race(open);
    }
    signal.removeEventListener("abort", stop);
    await Promise.all(open);
  };
  /** Until we stop: a server whose permissions are older than this version refuses until it has read them again. */
  const keepAnswering = async (contract: EventContract): Promise<void> => {
    while (!signal.aborted) {
      await answerAll(contract).catch((error: unknown) => logger.warn({ err: error, type: contract.type }, "consumers cannot ask about these facts"));
      await new Wake().wait(againAfterMs, signal);
    }
  };
  const running = Promise.all(
    contractsOf(owner)
      .filter(({ consumers }) => consumers.length > 0)
      .map(keepAnswering),
  );
  return {
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await running;
    },
  };
}

async function answerOf(db: Kysely<MessagingTables>, contract: EventContract, asked: Question): Promise<Answer> {
  switch (asked.ask) {
    case "digests":
      return digests(db, contract, asked.whole);
    case "ids":
      return ids(db, contract, asked);
    case "again": {
      const { ids: wanted, upTo } = asked;
      return { again: await sendAgain(db, sql`event_type = ${contract.type} and event_id = any(${wanted}::uuid[]) and stream_sequence <= ${upTo}::bigint`) };
    }
    case "versions":
      return versions(db, contract, asked);
  }
}

/** Everything this service ever said in these buckets, whether it is sent already or forgotten since. */
async function digests(db: Kysely<MessagingTables>, { type }: EventContract, whole: boolean): Promise<Answer<"digests">> {
  const acknowledged = await highestAcknowledged(db);
  const { rows } = await sql<{ from: Temporal.Instant; to: Temporal.Instant; buckets: readonly Digest[] }>`
    with compared as (
      select date_bin('5 minutes', now() - make_interval(hours => ${whole ? comparedDays * 24 : recentHours}), 'epoch') as "from",
             -- A bucket is closed when it ended a minute ago: most of what belongs into it has arrived.
             date_bin('5 minutes', now() - interval '1 minute', 'epoch') as "to"
    ), facts as (
      select occurred_at, event_id from outbox, compared where event_type = ${type} and occurred_at >= "from" and occurred_at < "to"
      union all
      select occurred_at, event_id from outbox_forgotten, compared where event_type = ${type} and occurred_at >= "from" and occurred_at < "to"
    ), digests as (select ${digestColumns} from facts group by 1)
    select "from", "to", (select coalesce(jsonb_agg(jsonb_build_object('from', "from", 'count', count, 'hash', hash)), '[]') from digests) as buckets
    from compared`.execute(db);
  const [{ from, to, buckets } = { from: undefined, to: undefined, buckets: [] }] = rows;
  return {
    from: String(from),
    to: String(to),
    acknowledged: String(acknowledged),
    buckets: buckets.map((bucket) => ({ ...bucket, from: String(Temporal.Instant.from(bucket.from)) })),
  };
}

async function ids(db: Kysely<MessagingTables>, { type }: EventContract, { from, after, until }: Extract<Question, { ask: "ids" }>): Promise<Answer<"ids">> {
  const page = sql`
    event_type = ${type} and ${inBucket(from)}
    and (${after}::uuid is null or event_id > ${after}::uuid) and (${until}::uuid is null or event_id <= ${until}::uuid)`;
  const { rows } = await sql<{ id: string; at: Temporal.Instant; forgotten: boolean }>`
    select distinct on (id) id, at, forgotten from (
      select event_id as id, occurred_at as at, false as forgotten from outbox where ${page}
      union all
      select event_id, occurred_at, true from outbox_forgotten where ${page}
    ) as facts order by id, forgotten limit ${idsAtOnce}`.execute(db);
  return { facts: rows.map((row): ProducedFact => ({ ...row, at: String(row.at) })), more: rows.length === idsAtOnce };
}

async function versions(
  db: Kysely<MessagingTables>,
  { type }: EventContract,
  { aggregateId, after, before }: Extract<Question, { ask: "versions" }>,
): Promise<Answer<"versions">> {
  const between = sql`
    event_type = ${type} and aggregate_id = ${aggregateId} and aggregate_version > ${after} and aggregate_version < ${Math.min(before, after + idsAtOnce)}`;
  const { rows } = await sql<{ known: number }>`select count(*)::int as known from outbox where ${between}`.execute(db);
  return { known: rows[0]?.known ?? 0, again: await sendAgain(db, between) };
}

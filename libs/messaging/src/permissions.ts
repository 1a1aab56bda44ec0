import { catalogue, streamOf, subjectFilterOf } from "@opl/contracts/events";
import type { EventContract, EventType } from "@opl/contracts/events";

/** Replies to a service arrive under its own prefix, so that nobody else can read them. */
export function inboxPrefixOf(service: string): string {
  return `_INBOX_${service}`;
}

/** Durable consumer of one service for one fact: `ingest-on-consent-authorised`. */
export function durableOf(service: string, type: string): string {
  return `${service}-on-${type.replaceAll(".", "-")}`;
}

/** Where consumers of a fact ask its producer about it; no stream holds it. `opl-reconcile.ask.consent.authorised` */
export function askSubjectOf(contract: EventContract): string {
  return `opl-reconcile.ask.${contract.type}`;
}

/** Where the answer goes: it names both sides, so that only the one may send and only the other may read it. */
export function answerSubjectOf(consumer: string, owner: string, token: string): string {
  return `opl-reconcile.answer.${consumer}.${owner}.${token}`;
}

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What a service may do on the event server, from the catalogue: publish its own facts, keep its own stream, create and
 * read exactly its own durables with exactly their filter. Nothing is readable but through such a durable. It may ask the
 * producers of what it consumes whether it has everything, and answers those who consume what it produces.
 */
export function permissionsOf(service: string): Permissions {
  const contracts = Object.values(catalogue) as readonly EventContract[];
  const own = streamOf(service);
  const produced = contractsOf(service);
  const listeners = [...new Set(produced.flatMap((contract) => contract.consumers))].toSorted();
  const consumed = contracts.filter((contract) => (contract.consumers as readonly string[]).includes(service));
  return {
    publish: [
      ...(produced.length > 0
        ? [
            `opl.${service}.>`,
            ...["CREATE", "UPDATE", "INFO", "PURGE"].map((verb) => `$JS.API.STREAM.${verb}.${own}`),
            // How far its consumers have come, before old rows are deleted.
            `$JS.API.CONSUMER.INFO.${own}.*`,
            ...listeners.map((listener) => answerSubjectOf(listener, service, "*")),
          ]
        : []),
      ...consumed.flatMap((contract) => {
        const stream = streamOf(contract.owner);
        const durable = durableOf(service, contract.type);
        return [
          `$JS.API.CONSUMER.CREATE.${stream}.${durable}.${subjectFilterOf(contract)}`,
          `$JS.API.CONSUMER.INFO.${stream}.${durable}`,
          `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
          `$JS.ACK.${stream}.${durable}.>`,
          askSubjectOf(contract),
        ];
      }),
    ],
    subscribe: [
      `${inboxPrefixOf(service)}.>`,
      ...produced.filter((contract) => contract.consumers.length > 0).map(askSubjectOf),
      ...(consumed.length > 0 ? [answerSubjectOf(service, "*", "*")] : []),
    ],
  };
}

/** Every service that publishes or consumes anything. */
export function messagingServices(): readonly string[] {
  const contracts = Object.values(catalogue) as readonly EventContract[];
  return [...new Set(contracts.flatMap((contract) => [contract.owner, ...contract.consumers]))].toSorted();
}

/** The facts of one owner. */
export function contractsOf(owner: string): readonly EventContract[] {
  return (Object.values(catalogue) as readonly EventContract[]).filter((contract) => contract.owner === owner);
}

/** The contract of a type; the catalogue's own is narrower than what most code needs. */
export function contractOf(type: EventType): EventContract {
  return catalogue[type];
}

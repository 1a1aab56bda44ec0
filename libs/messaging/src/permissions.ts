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

export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/**
 * What a service may do on the event server, from the catalogue: publish its own facts, keep its own stream, create and
 * read exactly its own durables with exactly their filter. Nothing is readable but through such a durable.
 */
export function permissionsOf(service: string): Permissions {
  const contracts = Object.values(catalogue) as readonly EventContract[];
  const own = streamOf(service);
  const owns = contracts.some((contract) => contract.owner === service);
  const consumed = contracts.filter((contract) => (contract.consumers as readonly string[]).includes(service));
  return {
    publish: [
      ...(owns
        ? [
            `opl.${service}.>`,
            ...["CREATE", "UPDATE", "INFO", "PURGE"].map((verb) => `$JS.API.STREAM.${verb}.${own}`),
            // How far its consumers have come, before old rows are deleted.
            `$JS.API.CONSUMER.INFO.${own}.*`,
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
        ];
      }),
    ],
    subscribe: [`${inboxPrefixOf(service)}.>`],
  };
}

/** Every service that publishes or consumes anything. */
export function messagingServices(): readonly string[] {
  const contracts = Object.values(catalogue) as readonly EventContract[];
  return [...new Set(contracts.flatMap((contract) => [contract.owner, ...contract.consumers]))].toSorted();
}

/** The contract of a type; the catalogue's own is narrower than what most code needs. */
export function contractOf(type: EventType): EventContract {
  return catalogue[type];
}

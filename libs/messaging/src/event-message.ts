import { headers as makeHeaders } from "@nats-io/transport-node";
import type { MsgHdrs } from "@nats-io/transport-node";
import { envelope, subjectOf } from "@opl/contracts/events";
import type { Envelope, EventContract, EventData, EventType } from "@opl/contracts/events";
import { z } from "zod";
import { errors } from "./errors.ts";

/** An event as a handler sees it: CloudEvents attributes and data, checked against the contract. */
export type ReceivedEvent<Type extends EventType = EventType, Data = EventData<Type>> = Omit<Envelope<Data>, "type"> & { readonly type: Type };

/** The columns of the outbox that make a message. */
export interface OutboxRow {
  readonly eventId: string;
  readonly aggregateId: string;
  readonly aggregateVersion: bigint;
  readonly psuId: string | null;
  readonly occurredAt: string;
  readonly correlationId: string | null;
  readonly causationId: string | null;
  readonly traceparent: string | null;
  readonly data: string;
}

export interface EventMessage {
  readonly subject: string;
  readonly headers: MsgHdrs;
  readonly payload: string;
}

/** CloudEvents 1.0 over NATS in binary mode: attributes are `ce-` headers, the data is the body. */
export function toMessage(contract: EventContract, row: OutboxRow): EventMessage {
  const headers = makeHeaders();
  const attributes: Record<string, string | null> = {
    "ce-specversion": "1.0",
    "ce-id": row.eventId,
    "ce-type": contract.type,
    "ce-source": `/opl/${contract.owner}`,
    "ce-time": row.occurredAt,
    "ce-subject": row.aggregateId,
    "ce-aggregateversion": String(row.aggregateVersion),
    "ce-dataversion": String(contract.version),
    "ce-psuid": row.psuId,
    "ce-correlationid": row.correlationId,
    "ce-causationid": row.causationId,
    traceparent: row.traceparent,
    "content-type": "application/json",
  };
  for (const [name, value] of Object.entries(attributes)) if (value !== null) headers.set(name, encode(value));
  return { subject: subjectOf(contract, row.psuId), headers, payload: row.data };
}

/** The headers of a message as a plain object, decoded. */
export function headersOf(headers: MsgHdrs | undefined): Record<string, string> {
  if (headers === undefined) return {};
  return Object.fromEntries(headers.keys().map((name) => [name.toLowerCase(), decode(headers.get(name))]));
}

/** Reads a message back; @throws ERR_EVENT_INVALID when it is not what the contract says */
export function fromMessage<Type extends EventType>(contract: EventContract, headers: Record<string, string>, body: string): ReceivedEvent<Type> {
  try {
    const read = envelope.parse({
      specversion: headers["ce-specversion"],
      id: headers["ce-id"],
      type: headers["ce-type"],
      source: headers["ce-source"],
      time: headers["ce-time"],
      subject: headers["ce-subject"],
      aggregateversion: wholeNumber(headers["ce-aggregateversion"]),
      dataversion: wholeNumber(headers["ce-dataversion"]),
      psuid: headers["ce-psuid"] ?? null,
      correlationid: headers["ce-correlationid"] ?? null,
      causationid: headers["ce-causationid"] ?? null,
      traceparent: headers["traceparent"] ?? null,
      data: contract.data.parse(JSON.parse(body)),
    });
    if (read.type !== contract.type || read.source !== `/opl/${contract.owner}` || read.dataversion !== contract.version) {
      throw new Error(`a ${read.type} v${read.dataversion} of ${read.source} where ${contract.type} v${contract.version} was expected`);
    }
    if (contract.psu !== (read.psuid !== null)) throw new Error(contract.psu ? "no person is named" : "a person is named");
    return read as unknown as ReceivedEvent<Type>;
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : "unreadable";
    throw errors.ERR_EVENT_INVALID({ cause: new Error(reason), details: { type: contract.type } });
  }
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number.parseInt(text, 10) : undefined;
}

/** Header values are visible ASCII; everything else, blanks (which would be trimmed), quotes and the percent sign are percent-encoded. */
function encode(value: string): string {
  return value.replaceAll(/[^\x21\x23\x24\x26-\x7e]+/g, encodeURIComponent);
}

function decode(value: string): string {
  try {
    return value.includes("%") ? decodeURIComponent(value) : value;
  } catch {
    return value;
  }
}

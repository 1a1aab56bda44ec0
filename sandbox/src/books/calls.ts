import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { makeFolderFor, readFileIfPresent } from "../state/atomic-file.ts";

/** One call as the bank remembers it. */
interface RecordedCall {
  readonly seq: number;
  /** ISO 8601, when the answer left. */
  readonly at: string;
  /** Id of the endpoint in the README (C1, R1, T1, Z1, Z2, A1 to A8), or of a page of the login. */
  readonly endpoint: string;
  readonly method: string;
  /** Without the query, which may hold request objects and continuation tokens. */
  readonly path: string;
  readonly status: number;
  readonly durationMs: number;
  readonly clientId?: string | undefined;
  /** SHA-256 of the client certificate. */
  readonly qwac?: string | undefined;
  readonly tppId?: string | undefined;
  readonly grant?: string | undefined;
  /** What the client assertion said of itself; the FAPI issuers note it. */
  readonly assertion?: { readonly jti: unknown; readonly seconds: number } | undefined;
  readonly authorizationId?: string | undefined;
  readonly psuId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly cardId?: string | undefined;
  /** Position of the answered page, the first being 1. */
  readonly page?: number | undefined;
  readonly psuPresent: boolean;
  /** The headers by which a third party may describe the person at its side. */
  readonly psuHeaders?: Readonly<Record<string, string>> | undefined;
  readonly interactionId?: string | undefined;
  /** Names of the fault switches that touched the answer. */
  readonly faults?: readonly string[] | undefined;
}

interface CallQuery {
  /** A sequence number (calls after it) or an ISO time (calls at or after it). */
  readonly since?: number | Temporal.Instant | undefined;
  readonly endpoint?: string | undefined;
  readonly clientId?: string | undefined;
  readonly authorizationId?: string | undefined;
  readonly psuId?: string | undefined;
}

interface CallSummary {
  readonly endpoint: string;
  readonly clientId?: string | undefined;
  readonly calls: number;
  readonly byStatus: Readonly<Record<string, number>>;
}

export interface CallBook {
  record(call: Omit<RecordedCall, "seq">): void;
  list(query: CallQuery): readonly RecordedCall[];
  summary(query: CallQuery): readonly CallSummary[];
  readonly lastSeq: number;
  close(): void;
}

/** Calls kept in memory; the file keeps all. */
const memoryLimit = 50_000;

/** Opens the append-only book of calls (`calls.jsonl`, one JSON object a line). */
export function openCallBook(folder: string): CallBook {
  const path = join(folder, "calls.jsonl");
  makeFolderFor(path);
  const calls = readCalls(path);
  let seq = calls.at(-1)?.seq ?? 0;
  let isOpen = true;
  const file = openSync(path, "a", 0o600);
  if (!/(^|\n)$/.test(readFileIfPresent(path) ?? "")) writeSync(file, "\n");

  const list = (query: CallQuery): readonly RecordedCall[] => calls.filter((call) => matches(call, query));
  return {
    record(input) {
      // A call that nobody answered ends with the bank itself, after its books.
      if (!isOpen) return;
      seq += 1;
      const call: RecordedCall = { seq, ...input };
      calls.push(call);
      if (calls.length > memoryLimit) calls.splice(0, memoryLimit / 10);
      writeSync(file, `${JSON.stringify(call)}\n`);
    },
    list,
    summary: (query) => summarise(list(query)),
    get lastSeq() {
      return seq;
    },
    close() {
      isOpen = false;
      closeSync(file);
    },
  };
}

function readCalls(path: string): RecordedCall[] {
  const lines = (readFileIfPresent(path) ?? "").split("\n").slice(-memoryLimit);
  return lines.flatMap((line) => {
    try {
      return line === "" ? [] : [JSON.parse(line) as RecordedCall];
    } catch {
      return []; // a line cut off by a kill
    }
  });
}

function matches(call: RecordedCall, query: CallQuery): boolean {
  const { since } = query;
  if (typeof since === "number" && call.seq <= since) return false;
  if (since instanceof Temporal.Instant && Temporal.Instant.compare(Temporal.Instant.from(call.at), since) < 0) return false;
  return (["endpoint", "clientId", "authorizationId", "psuId"] as const).every((key) => query[key] === undefined || call[key] === query[key]);
}

function summarise(calls: readonly RecordedCall[]): CallSummary[] {
  const groups = new Map<string, { endpoint: string; clientId?: string | undefined; calls: number; byStatus: Record<string, number> }>();
  for (const call of calls) {
    const key = `${call.endpoint} ${call.clientId ?? ""}`;
    const group = groups.get(key) ?? { endpoint: call.endpoint, clientId: call.clientId, calls: 0, byStatus: {} };
    group.calls += 1;
    group.byStatus[call.status] = (group.byStatus[call.status] ?? 0) + 1;
    groups.set(key, group);
  }
  return [...groups.values()].toSorted((a, b) => a.endpoint.localeCompare(b.endpoint));
}

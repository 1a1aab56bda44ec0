import { randomUUID } from "node:crypto";
import { z } from "zod";
import { errors } from "../errors.ts";
import type { BankCall } from "../http/call.ts";
import type { Answer, BankLevers, Fault, FaultTarget, IdToken, IdTokenMoment, Interception, Page, PageMoment } from "./fault.ts";

const targetSchema = z.strictObject({
  endpoint: z.string().optional(),
  psu: z.string().optional(),
  account: z.string().optional(),
  card: z.string().optional(),
  clientId: z.string().optional(),
  authorizationId: z.string().optional(),
  page: z.int().positive().optional(),
});

/** What the admin interface takes. */
const faultRequestSchema = z.strictObject({
  fault: z.string(),
  for: targetSchema.default({}),
  /** How many calls it touches before it is spent; without it, until it is taken away. */
  times: z.int().positive().optional(),
  /** How many fitting calls go through untouched first. */
  after: z.int().nonnegative().default(0),
  options: z.unknown().optional(),
});

interface ActiveFault {
  readonly id: string;
  readonly fault: string;
  readonly for: FaultTarget;
  readonly times?: number | undefined;
  readonly after: number;
  readonly options: unknown;
  readonly seen: number;
  readonly hits: number;
}

/** The fault switches of the bank: what is set now, and where it takes part. */
export interface FaultRegistry {
  readonly known: readonly { readonly name: string; readonly summary: string; readonly options: unknown }[];
  list(): readonly ActiveFault[];
  set(request: unknown, levers: BankLevers): Promise<ActiveFault>;
  clear(levers: BankLevers, id?: string): Promise<number>;
  intercept(call: BankCall, moment: "intercept" | "outcome"): Promise<Interception | undefined>;
  changePage(call: BankCall, page: Page, moment: PageMoment): Page;
  changeJson(call: BankCall, body: unknown): unknown;
  changeAnswer(call: BankCall, answer: Answer): Promise<Answer | undefined>;
  changeIdToken(call: BankCall, token: IdToken, moment: IdTokenMoment): IdToken;
  changeAccessToken(call: BankCall, token: IdToken): IdToken;
  changeJarm(call: BankCall, token: IdToken, moment: { readonly nowSeconds: number }): IdToken | "plain";
  waives(call: BankCall, check: "pkce"): boolean;
  changeAuthorizationResponse(call: BankCall, parameters: readonly [string, string][]): readonly [string, string][];
  delivery(call: BankCall): "fragment" | "query" | undefined;
  scenario(call: BankCall): string | undefined;
}

interface Switch {
  readonly id: string;
  readonly fault: Fault<unknown>;
  readonly request: z.output<typeof faultRequestSchema>;
  readonly options: unknown;
  /** Calls that fitted, so that a call passing several moments counts once. */
  readonly touched: WeakMap<BankCall, boolean>;
  /** Aborted when it is taken away. */
  readonly gone: AbortController;
  seen: number;
  hits: number;
}

export function createFaultRegistry(faults: readonly Fault<unknown>[]): FaultRegistry {
  const byName = new Map(faults.map((fault) => [fault.name, fault]));
  let switches: Switch[] = [];

  /** The switches that bite this call at this moment, in the order they were set. */
  function biting(call: BankCall, moment: keyof Fault<unknown>): Switch[] {
    return switches.filter((each) => each.fault[moment] !== undefined && fits(each.request.for, call) && takes(each, call));
  }

  return {
    known: faults.map(({ name, summary, options }) => ({ name, summary, options: z.toJSONSchema(options, { unrepresentable: "any" }) })),
    list: () => switches.map(describe),
    async set(input, levers) {
      const parsed = faultRequestSchema.safeParse(input);
      if (!parsed.success) throw errors.ERR_SANDBOX_INPUT({ message: z.prettifyError(parsed.error) });
      const fault = byName.get(parsed.data.fault);
      if (fault === undefined) throw errors.ERR_SANDBOX_FAULT_UNKNOWN({ message: `There is no fault ${parsed.data.fault}; GET /faults names all.` });
      const options = fault.options.safeParse(parsed.data.options ?? {});
      if (!options.success) throw errors.ERR_SANDBOX_INPUT({ message: z.prettifyError(options.error) });
      const each: Switch = {
        id: randomUUID(),
        fault,
        request: parsed.data,
        options: options.data,
        touched: new WeakMap(),
        gone: new AbortController(),
        seen: 0,
        hits: 0,
      };
      await fault.now?.(levers, parsed.data.for, options.data);
      if (staysOn(fault)) switches = [...switches, each];
      return describe(each);
    },
    async clear(levers, id) {
      const gone = switches.filter((each) => id === undefined || each.id === id);
      switches = switches.filter((each) => !gone.includes(each));
      for (const each of gone) {
        each.gone.abort();
        await each.fault.undo?.(levers);
      }
      return gone.length;
    },
    async intercept(call, moment) {
      for (const each of biting(call, moment)) {
        const result = await each.fault[moment]?.(each.options, call, each.gone.signal);
        if (result !== undefined) return result;
      }
      return undefined;
    },
    changePage: (call, page, moment) => biting(call, "page").reduce((current, each) => each.fault.page?.(current, each.options, moment) ?? current, page),
    changeJson: (call, body) => biting(call, "json").reduce((current, each) => each.fault.json?.(current, each.options, call), body),
    async changeAnswer(call, answer) {
      const list = biting(call, "answer");
      let current = answer;
      for (const each of list) current = (await each.fault.answer?.(current, each.options)) ?? current;
      return list.length === 0 ? undefined : current;
    },
    changeIdToken: (call, token, moment) =>
      biting(call, "idToken").reduce((current, each) => each.fault.idToken?.(current, each.options, moment) ?? current, token),
    changeAccessToken: (call, token) =>
      biting(call, "accessToken").reduce((current, each) => each.fault.accessToken?.(current, each.options) ?? current, token),
    changeJarm: (call, token, moment) =>
      biting(call, "jarm").reduce<IdToken | "plain">(
        (current, each) => (current === "plain" ? current : (each.fault.jarm?.(current, each.options, moment) ?? current)),
        token,
      ),
    waives: (call, check) => biting(call, "waives").some((each) => each.fault.waives?.(each.options) === check),
    changeAuthorizationResponse: (call, parameters) =>
      biting(call, "authorizationResponse").reduce((current, each) => each.fault.authorizationResponse?.(current, each.options) ?? current, parameters),
    delivery: (call) => biting(call, "delivery").map((each) => each.fault.delivery?.(each.options))[0],
    scenario: (call) => biting(call, "scenario").map((each) => each.fault.scenario?.(each.options))[0],
  };
}

/** A fault that only acts at once is not kept, unless it has something to undo. */
function staysOn(fault: Fault<unknown>): boolean {
  return fault.undo !== undefined || fault.now === undefined;
}

function fits(target: FaultTarget, call: BankCall): boolean {
  return (
    (target.endpoint === undefined || target.endpoint === call.endpoint) &&
    (target.psu === undefined || target.psu === call.psuId) &&
    (target.account === undefined || target.account === call.accountId) &&
    (target.card === undefined || target.card === call.cardId) &&
    (target.clientId === undefined || target.clientId === call.clientId) &&
    (target.authorizationId === undefined || target.authorizationId === call.authorizationId) &&
    (target.page === undefined || target.page === call.page)
  );
}

function takes(each: Switch, call: BankCall): boolean {
  const before = each.touched.get(call);
  if (before !== undefined) return before;
  each.seen += 1;
  const bites = each.seen > each.request.after && (each.request.times === undefined || each.hits < each.request.times);
  each.touched.set(call, bites);
  if (bites) {
    each.hits += 1;
    call.faults.push(each.fault.name);
  }
  return bites;
}

function describe({ id, fault, request, options, seen, hits }: Switch): ActiveFault {
  return { id, fault: fault.name, for: request.for, times: request.times, after: request.after, options, seen, hits };
}

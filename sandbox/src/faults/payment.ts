import { randomUUID } from "node:crypto";
import { CompactSign, generateKeyPair } from "jose";
import { z } from "zod";
import { defineFault, type Answer, type Fault, type Interception } from "./fault.ts";

type Members = Readonly<Record<string, unknown>>;

const none = z.strictObject({});
const signature = "x-jws-signature";

/** The status that came before each. */
const statusBefore: Readonly<Record<string, string>> = {
  Authorized: "Unauthorized",
  Completed: "Authorized",
  Accepted: "Pending",
  Submitted: "Accepted",
  Credited: "Accepted",
  Rejected: "Accepted",
};

/** Payments that go wrong beyond what a third party can ask for. They bite on P1 to P12. */
export const paymentFaults: readonly Fault<unknown>[] = [
  defineFault({
    name: "payment.no-answer",
    summary: "Does what was asked for, then answers nothing: the connection breaks, stays silent, or an error comes.",
    options: z.strictObject({ how: z.enum(["reset", "hang", "status"]).default("reset"), status: z.int().min(500).max(599).default(504) }),
    outcome({ how, status }): Interception {
      if (how !== "status") return { kind: how };
      const body = JSON.stringify({ id: randomUUID(), type: "TECHNICAL", message: "The service did not answer in time" });
      return { kind: "answer", status, body, headers: { "content-type": "application/json; charset=utf-8" } };
    },
  }),
  defineFault({
    name: "payment.scenario",
    summary: "Acts as if this had been sent as x-sandbox-scenario. Aim it at P4-submit, P4, P8-submit or P8.",
    options: z.strictObject({ scenario: z.string().min(1) }),
    scenario: ({ scenario }) => scenario,
  }),
  answerFault(
    "payment.wrong-amount",
    "Answers another amount than was asked for.",
    z.strictObject({ amount: z.string().default("999.99") }),
    "payee",
    (each, { amount }) => ("amountEUR" in each ? { ...each, amountEUR: amount } : { ...each, amount }),
  ),
  answerFault(
    "payment.wrong-payee",
    "Answers another payee than was asked for.",
    z.strictObject({ name: z.string().default("Somebody Else"), iban: z.string().default("FI4950009420028730") }),
    "payee",
    (each, { name, iban }) => ({ ...each, payee: { ...(each["payee"] as object), name, iban } }),
  ),
  answerFault("payment.other-bundle", "Says that the payment belongs to another authorization.", none, "authorizationId", (each) => ({
    ...each,
    authorizationId: randomUUID(),
  })),
  answerFault("payment.other-id", "Answers another paymentId.", none, "paymentId", (each) => ({ ...each, paymentId: randomUUID() })),
  answerFault("payment.other-submission", "Answers another submissionId.", none, "submissionId", (each) => ({ ...each, submissionId: randomUUID() })),
  answerFault("payment.status", "Answers this status, whatever is true.", z.strictObject({ status: z.string() }), "status", (each, { status }) => ({
    ...each,
    status,
  })),
  answerFault("payment.status-back", "Answers the status that came before.", none, "status", (each) => ({
    ...each,
    status: statusBefore[String(each["status"])] ?? each["status"],
  })),
  defineFault({
    name: "payment.repeated",
    summary: "Lists of payments and submissions name each one twice.",
    options: none,
    json: (body, _options, call) => (isPaymentCall(call.endpoint) ? repeatLists(body) : body),
  }),
  signatureFault("payment.no-signature", "Does not sign the answer.", () => undefined),
  signatureFault(
    "payment.wrong-signature",
    "Signs other bytes than it sends.",
    (_answer, sent) => `${sent.slice(0, -10)}${sent.at(-10) === "A" ? "B" : "A"}${sent.slice(-9)}`,
  ),
  signatureFault("payment.foreign-signature", "Signs by a key that is not published, under the name of one that is.", (answer, sent) =>
    signedByStranger(answer, JSON.parse(Buffer.from(sent.split(".")[0] ?? "", "base64url").toString("utf8")) as { kid: string }),
  ),
  signatureFault("payment.unknown-key", "Signs by a key that nobody publishes.", (answer) => signedByStranger(answer, { kid: `unknown-${randomUUID()}` })),
];

/** Changes every object of an answer that has the member. */
function answerFault<Options>(
  name: string,
  summary: string,
  options: z.ZodType<Options>,
  member: string,
  change: (value: Members, options: Options) => Members,
): Fault<unknown> {
  return defineFault({
    name,
    summary,
    options,
    json: (body, chosen, call) => (isPaymentCall(call.endpoint) ? changeObjects(body, (each) => (member in each ? change(each, chosen) : each)) : body),
  });
}

function isPaymentCall(endpoint: string): boolean {
  return /^P\d/.test(endpoint);
}

/** The answer itself, and what it lists. */
function changeObjects(body: unknown, change: (value: Members) => Members): unknown {
  if (Array.isArray(body)) return body.map((each: unknown) => changeObjects(each, change));
  if (typeof body !== "object" || body === null) return body;
  const changed = change(body as Members);
  return Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, Array.isArray(value) ? changeObjects(value, change) : value]));
}

function repeatLists(body: unknown): unknown {
  const lists = ["payments", "sepaPayments", "foreignPayments", "submissions"];
  return Object.fromEntries(
    Object.entries(body as Members).map(([name, value]) => [
      name,
      lists.includes(name) && Array.isArray(value) ? value.flatMap((each: unknown) => [each, each]) : value,
    ]),
  );
}

/** Changes the signature of an answer that has one. */
function signatureFault(
  name: string,
  summary: string,
  change: (answer: Answer, sent: string) => Promise<string | undefined> | string | undefined,
): Fault<unknown> {
  return defineFault({
    name,
    summary,
    options: none,
    async answer(answer) {
      const sent = answer.headers[signature];
      if (typeof sent !== "string") return answer;
      const { [signature]: _, ...others } = answer.headers;
      const changed = await change(answer, sent);
      return { ...answer, headers: changed === undefined ? others : { ...others, [signature]: changed } };
    },
  });
}

async function signedByStranger({ body }: Answer, { kid }: { kid: string }): Promise<string> {
  const { privateKey } = await generateKeyPair("PS256");
  const compact = await new CompactSign(Buffer.from(String(body))).setProtectedHeader({ alg: "PS256", kid }).sign(privateKey);
  const [header = "", , signed = ""] = compact.split(".");
  return `${header}..${signed}`;
}

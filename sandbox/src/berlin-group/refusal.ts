import { Refusal, type Dialect } from "../http/refusal.ts";

type CodeOf = {
  400: "FORMAT_ERROR" | "PERIOD_INVALID" | "PARAMETER_NOT_CONSISTENT" | "PARAMETER_NOT_SUPPORTED";
  401: "CERTIFICATE_MISSING" | "CERTIFICATE_INVALID" | "CERTIFICATE_EXPIRED" | "CERTIFICATE_BLOCKED" | "ROLE_INVALID";
  403: "CONSENT_UNKNOWN";
  404: "RESOURCE_UNKNOWN";
};

/** How banks of this standard say no: NextGenPSD2 1.3, section 4.13, in the shape of the standard itself. */
export function tppMessage<Status extends keyof CodeOf>(status: Status, code: CodeOf[Status], text: string): Refusal {
  return message(status, code, text);
}

/** What the bank says where no route answers. */
export const berlinGroupDialect: Dialect = {
  notFound: () => tppMessage(404, "RESOURCE_UNKNOWN", "There is no such resource"),
  malformed: (status, text) => message(status, "FORMAT_ERROR", text),
  failure: () => message(500, "INTERNAL_SERVER_ERROR", "Something went wrong in the bank"),
};

function message(status: number, code: string, text: string): Refusal {
  return new Refusal(status, { tppMessages: [{ category: "ERROR", code, text: text.slice(0, 500) }] });
}

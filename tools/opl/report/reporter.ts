/** The steps of a registration, in their order. */
export const steps = ["settings", "certificates", "keys", "software-statement", "registration-request", "submission", "validation", "files"] as const;
export type Step = (typeof steps)[number];

export interface PlannedRequest {
  readonly step: Step;
  readonly method: string;
  readonly url: string;
  /** Secrets are masked. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** What the signed parts of the body say. */
  readonly signed?: Readonly<Record<string, unknown>>;
}

/** Everything a run can say; with --json each is one line. Documented in docs/opl-tpp-register.md. */
export type RunEvent =
  | { readonly event: "started"; readonly environment: string; readonly out: string | null; readonly resumed: boolean; readonly dryRun: boolean }
  | { readonly event: "step"; readonly step: Step; readonly status: "started" }
  | { readonly event: "step"; readonly step: Step; readonly status: "done" | "kept"; readonly ms: number; readonly detail: string }
  | { readonly event: "request"; readonly request: PlannedRequest }
  | { readonly event: "warning"; readonly message: string }
  | {
      readonly event: "registered" | "already-registered";
      readonly clientId: string;
      readonly tppId: string;
      readonly scopes: readonly string[];
      readonly qwacEnds: string;
      readonly out: string;
      readonly files: readonly string[];
      readonly ms: number;
    }
  | { readonly event: "planned"; readonly requests: number }
  | {
      readonly event: "error";
      readonly code: string;
      readonly exitCode: number;
      readonly message: string;
      readonly details: Readonly<Record<string, unknown>>;
    };

export type Report = (event: RunEvent) => void;

/** Hides secrets wherever they might turn up, such as in a message of the bank that repeats what it was sent. */
export interface Masker {
  hide(secret: string | undefined): void;
  mask(text: string): string;
}

export function createMasker(): Masker {
  const secrets = new Set<string>();
  return {
    hide(secret) {
      if (secret !== undefined && secret.length >= 4) secrets.add(secret);
    },
    mask: (text) => [...secrets].flatMap(spellings).reduce((current, spelling) => current.replaceAll(spelling, "***"), text),
  };
}

/** A secret as it is, in an address or form, and inside JSON text. */
function spellings(secret: string): string[] {
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)];
}

interface Streams {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

/** One JSON object a line on standard output, errors included. */
export function jsonReport({ out }: Streams, masker: Masker): Report {
  // Each text by itself: what is JSON inside it is escaped once more in the line.
  return (event) => out(`${JSON.stringify(event, (_key, value: unknown) => (typeof value === "string" ? masker.mask(value) : value))}\n`);
}

/** One line a step with its time for people. */
export function humanReport({ out, err }: Streams, masker: Masker): Report {
  return (event) => {
    const text = textOf(event);
    if (text !== "") (event.event === "error" || event.event === "warning" ? err : out)(masker.mask(text));
  };
}

const labels: Readonly<Record<Step, string>> = {
  settings: "settings",
  certificates: "certificates",
  keys: "keys",
  "software-statement": "software statement",
  "registration-request": "registration request",
  submission: "registration",
  validation: "validation",
  files: "files",
};

function textOf(event: RunEvent): string {
  switch (event.event) {
    case "started":
      return `${event.dryRun ? "What would be sent to" : event.resumed ? "Going on with the registration at" : "Registering at"} OP (${event.environment})\n`;
    case "step":
      return event.status === "started"
        ? ""
        : `${secondsOf(event.ms).padStart(7)}  ${labels[event.step].padEnd(20)}  ${event.status === "kept" ? "kept: " : ""}${event.detail}\n`;
    case "request":
      return requestText(event.request);
    case "warning":
      return `Note: ${event.message}\n`;
    case "registered":
    case "already-registered":
      return `
${event.event === "registered" ? `Registered and validated in ${secondsOf(event.ms)}` : "Already registered; nothing was changed"}

  TPP           ${event.tppId}
  client id     ${event.clientId}
  scopes        ${event.scopes.join(", ")} (a token was issued for each)
  QWAC ends     ${event.qwacEnds}
  files         ${event.out}: ${event.files.join(", ")}

client.json and the *.key.pem files are secret. Using them with curl: docs/opl-tpp-register.md
`;
    case "planned":
      return `\nNothing was sent. ${event.requests} requests would be.\n`;
    case "error":
      return `\n${event.message}\n`;
  }
}

function secondsOf(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function requestText({ step, method, url, headers, body, signed }: PlannedRequest): string {
  const lines = [`\n${labels[step]}`, `  ${method} ${url}`, ...Object.entries(headers).map(([name, value]) => `  ${name}: ${value}`)];
  if (body !== null) lines.push("", `  ${body}`);
  if (signed !== undefined)
    lines.push(
      ...JSON.stringify(signed, null, 2)
        .split("\n")
        .map((line) => `  ${line}`),
    );
  return `${lines.join("\n")}\n`;
}

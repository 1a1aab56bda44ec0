import { readFileSync } from "node:fs";
import path from "node:path";
import { catalogue, streamOf, subjectFilterOf } from "@opl/contracts/events";

/** docs/events.md: every fact, for those who subscribe. */
export function eventsReference(root: string): string {
  const sections = Object.values(catalogue).map((contract) => {
    const example = readFileSync(path.join(root, "libs/contracts/examples", `${contract.type}.json`), "utf8").trim();
    const data = JSON.stringify(JSON.parse(example).data, null, 2);
    return `## ${contract.type}

${contract.summary}

| | |
|---|---|
| stream | \`${streamOf(contract.owner)}\` |
| filter subject | \`${subjectFilterOf(contract)}\` |
| version | ${contract.version} |
| about | one ${contract.aggregate}${contract.psu ? ", of one person" : ""} |
| services that listen | ${contract.consumers.length === 0 ? "none; it is for subscribers" : contract.consumers.join(", ")} |

\`\`\`json
${data}
\`\`\`
`;
  });
  return `# Events

Generated from the catalogue in \`libs/contracts/src/events\`; do not edit.

A fact travels as a CloudEvent 1.0 in NATS binary mode: the attributes are headers that begin with \`ce-\`, the body is the data as JSON. The subject is
\`opl.<owner>.<fact>.v<version>.<partition>.<psuId>\`, with \`-\` for the last two where no person is concerned. Delivery is at least once: keep the event ids you have handled.
\`ce-aggregateversion\` grows by one per aggregate and event type, so a gap can be seen. A released version only gains optional fields; anything else is a new version
published beside the old one. Streams keep seven days.

${sections.join("\n")}`;
}

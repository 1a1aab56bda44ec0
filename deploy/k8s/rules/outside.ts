import type { StageName } from "../stages.ts";
import { isIpv4, isPrivate, privateRangesIn } from "./address-ranges.ts";
import type { Rule } from "./index.ts";
import { type Opening, openingsOf } from "./network.ts";

/** Who may leave the private network, by which port, where, and why. Nobody else may, and nobody may reach private networks this way. */
const mayReachOutside: Readonly<Record<string, { readonly ports: readonly string[]; readonly stages: readonly StageName[]; readonly why: string }>> = {
  "bank-gateway": {
    ports: ["443", "80"],
    stages: ["base", "dev", "prod", "single-sign-on"],
    why: "asks the banks, and by 80 for signed lists of revoked certificates",
  },
  bff: { ports: ["443"], stages: ["single-sign-on"], why: "asks the provider that people sign in at" },
};

function ofOpening({ policy, from, port, peer }: Opening, stage: StageName): string[] {
  const block = peer?.ipBlock;
  const permit = mayReachOutside[from];
  const permitted = permit?.ports.includes(port) === true && permit.stages.includes(stage);
  if (peer === undefined) return [`${policy}: ${from} may not reach everything`];
  if (block === undefined || isPrivate(block.cidr)) return [];
  if (!isIpv4(block.cidr)) return [`${policy}: ${block.cidr} is no range of IPv4; teach address-ranges.ts`];
  return [
    ...(permitted ? [] : [`${policy}: ${from} may not reach outside by ${port}`]),
    ...privateRangesIn(block).map((range) => `${policy}: ${block.cidr} must except ${range}`),
  ];
}

/** Only the workloads of the table above reach outside, and private networks not by that way. Who comes in is a matter of `flows`. */
export const outside: Rule = (stage) => [
  ...new Set(
    openingsOf(stage)
      .filter(({ direction }) => direction === "egress")
      .flatMap((opening) => ofOpening(opening, stage.name)),
  ),
];

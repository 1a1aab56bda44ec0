import { rmSync } from "node:fs";
import path from "node:path";
import { productFolder } from "../../e2e/folder.ts";
import { portalKey } from "../../sandbox/test/tpp.ts";
import { writePrivate } from "../setup/secrets.ts";
import { type Product, startProduct } from "../up/product.ts";
import { terminalProgress } from "../up/progress.ts";
import { atRest } from "./at-rest.ts";
import { authorisation } from "./authorisation.ts";
import { client } from "./client.ts";
import { desiredState } from "./desired-state.ts";
import { firstFigures } from "./first-figures.ts";
import { gatewayOverhead } from "./gateway-overhead.ts";
import { hostileBodies } from "./hostile-bodies.ts";
import { memory } from "./memory.ts";
import { overview } from "./overview.ts";
import { registration } from "./registration.ts";
import { type Figure, printTable, writeLatest } from "./report.ts";
import { signIn } from "./sign-in.ts";
import { throughput } from "./throughput.ts";

/**
 * `npm run bench`: the figures of the product on this machine, each with its ratio to the bare parts measured in the same run.
 * OPL_BENCH_PEOPLE sets how many people the overview is asked by (1,000); making them takes most of the time.
 */
const root = path.resolve(import.meta.dirname, "../..");
const people = Number.parseInt(process.env["OPL_BENCH_PEOPLE"] ?? "1000", 10);
const port = Number.parseInt(process.env["OPL_PORT"] ?? "8490", 10);
const latencyMs = 200;
const progress = terminalProgress(process.stdout);

async function withProduct(sandbox: Readonly<Record<string, string>>, measure: (product: Product) => Promise<Figure[]>): Promise<Figure[]> {
  const dir = productFolder("opl-bench-");
  // The independent client knows this key of the developer portal.
  writePrivate(path.join(dir, "secrets", "sandbox", "portal-key"), portalKey);
  const product = await startProduct({
    dir,
    port,
    progress,
    logLevel: "warn",
    sandbox: { SANDBOX_RSA_BITS: "2048", SANDBOX_PAGE_SIZE: "500", ...sandbox },
    environment: { bff: { OPL_SIGN_UPS_PER_HOUR: "1000000", OPL_REQUESTS_PER_MINUTE: "10000000" } },
  });
  try {
    await progress.step("registered at every bank", () => atRest(product));
    return await measure(product);
  } finally {
    await product.stop();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What is measured on one product, in this order. */
const onOneProduct: Readonly<Record<string, (product: Product) => Promise<Figure[]>>> = {
  throughput,
  "gateway overhead": gatewayOverhead,
  authorisation,
  "sign-in": signIn,
  "hostile bodies": hostileBodies,
  "desired state of 100 banks": desiredState,
  [`overview by ${people} people`]: (product) => overview(product, people),
};

const measureFirstFigures = (): Promise<Figure[]> =>
  withProduct({ SANDBOX_LATENCY_MS: String(latencyMs) }, (product) => progress.step("first figures", () => firstFigures(product, latencyMs)));

/** `npm run bench -- authorisation` measures what is named so, on a product of its own, and writes nothing. */
const [only] = process.argv.slice(2);
if (only !== undefined) {
  const measure = onOneProduct[only];
  if (measure === undefined && only !== "first figures") throw new TypeError(`Name one of: ${[...Object.keys(onOneProduct), "first figures"].join(", ")}.`);
  printTable(
    measure === undefined ? await measureFirstFigures() : await withProduct({}, (product) => progress.step(only, () => measure(product))),
    process.stdout,
  );
  process.exit(0);
}

const figures = [
  ...(await progress.step("registration by opl", registration)),
  ...(await progress.step("web client", () => client(root))),
  ...(await withProduct({}, async (product) => {
    const measured: Figure[] = [];
    for (const [name, measure] of Object.entries(onOneProduct)) measured.push(...(await progress.step(name, () => measure(product))));
    return measured;
  })),
  ...(await measureFirstFigures()),
  ...(await progress.step("memory", () => memory(port, (text) => progress.say(text)))),
];
progress.say("");
printTable(figures, process.stdout);
progress.say(`\nWritten: ${path.relative(process.cwd(), writeLatest(figures, root))}`);
process.exit(0);

import { rmSync } from "node:fs";
import { productFolder } from "../../e2e/folder.ts";
import { npmStart } from "../../e2e/command.ts";
import { Person } from "../../e2e/person.ts";
import { memoryOf, memoryTable, totalBytes } from "../up/memory.ts";
import { type Figure, figure } from "./report.ts";

const goalMegabytes = 1_000;
/** A machine is as people find it when what a start left behind has been collected: no start is judged by its first second. */
const settleMs = 5_000;

/** What all processes of `npm start` hold, by themselves and after a person has connected a bank; with the share of each in `say`. */
export async function memory(port: number, say: (text: string) => void): Promise<Figure[]> {
  const dir = productFolder("opl-bench-");
  const product = npmStart({ dir, port, env: { SANDBOX_RSA_BITS: "2048" } });
  try {
    await product.ready;
    const measure = async (when: string): Promise<Figure> => {
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      const all = memoryOf(product.pid);
      say(`\nMemory ${when} (PSS)\n${memoryTable(all)}\n`);
      return figure(`memory of all processes ${when}`, totalBytes(all) / 1e6, "MB", "lower", goalMegabytes);
    };
    const atRest = await measure("after a start");
    const person = await new Person(`http://localhost:${port}`).signUp();
    const { consentId } = await person.connect("op", "88888881");
    await person.untilRead(consentId);
    return [atRest, await measure("after a first sync")];
  } finally {
    process.kill(product.pid, "SIGINT");
    await product.ended;
    rmSync(dir, { recursive: true, force: true });
  }
}

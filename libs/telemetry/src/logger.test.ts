import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";

const here = new URL("logger.ts", import.meta.url).href;

/** Logs more than anybody reads until its standard input ends; then it says why, and ends with 7. */
const talkative = `
  const { createLogger } = await import(${JSON.stringify(here)});
  const logger = createLogger({ name: 'talkative' });
  process.stdin.resume().on('end', () => {
    logger.fatal('the last words');
    logger.info('and some more');
    process.exit(7);
  });
  for (let n = 0; n < 20; n += 1) logger.info('x'.repeat(1_000));
  setInterval(() => logger.info('y'.repeat(1_000)), 5);
`;

describe("a logger to standard output", () => {
  it.each([
    ["nothing", true],
    ["everything", false],
  ])("ends its process when whoever read it has died and left %s unread", { timeout: 15_000 }, async (_unread, reads) => {
    const child = spawn(process.execPath, ["--input-type=module", "-e", talkative], { stdio: ["pipe", "pipe", "inherit"] });
    await (reads ? once(child.stdout, "data") : once(child, "spawn"));
    child.stdout.destroy();
    child.stdin.end();
    expect(await once(child, "exit")).toEqual([7, null]);
  });

  it("has every line out when the process ends at once", async () => {
    const program = `const { createLogger } = await import(${JSON.stringify(here)});
      const logger = createLogger({ name: 'short' });
      for (let n = 0; n < 200; n += 1) logger.info({ n }, 'x'.repeat(500));
      process.exit(0);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const text = (await child.stdout.toArray()).join("");
    expect(
      text
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { n: number }).n),
    ).toEqual(Array.from({ length: 200 }, (_, n) => n));
  });
});

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Person } from "./person.ts";
import { startTestProduct, type TestProduct } from "./product.ts";

/** US-31: connections that are opened and left alone cost little and keep nobody out. */
const count = 10_000;
const openFiles = Number.parseInt(execFileSync("sh", ["-c", "ulimit -Hn"], { encoding: "utf8" }), 10);
const enough = Number.isNaN(openFiles) || openFiles > count + 1_000;
let product: TestProduct;

beforeAll(async () => {
  product = await startTestProduct();
});
afterAll(async () => {
  await product?.[Symbol.asyncDispose]();
});

const megabytesOf = (pid: number): number => Number.parseInt(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? "", 10) / 1024;

it.skipIf(!enough)(
  `with ${count} idle connections, half of them in the middle of a request, others are answered (US-31)${enough ? "" : ": open files are limited"}`,
  async () => {
    const pid = product.processes.bff.pid() ?? 0;
    const person = await new Person(product.origin).signUp();
    const before = megabytesOf(pid);
    const { hostname, port } = new URL(product.origin);
    const idle: Socket[] = [];
    try {
      for (let wave = 0; wave < count / 500; wave += 1) {
        const sockets = Array.from({ length: 500 }, () => connect(Number.parseInt(port, 10), hostname));
        idle.push(...sockets);
        await Promise.all(
          sockets.map((socket) =>
            once(
              socket.on("error", () => undefined),
              "connect",
            ),
          ),
        );
      }
      for (const socket of idle.slice(0, count / 2)) socket.write("GET /api/me HTTP/1.1\r\nhost: x\r\nx-slow: ");
      expect(await person.get("getMe", "/api/me")).toMatchObject({ email: expect.any(String) });
      expect(megabytesOf(pid) - before).toBeLessThan(200);
    } finally {
      for (const socket of idle) socket.destroy();
    }
    expect(await person.get("getOverview", "/api/overview")).toBeDefined();
  },
);

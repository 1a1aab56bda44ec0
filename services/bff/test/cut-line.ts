import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A line to a server that can be cut and mended. */
export interface CutLine extends AsyncDisposable {
  readonly port: number;
  /** Existing connections break and new ones are refused. */
  cut(): Promise<void>;
  mend(): Promise<void>;
}

export async function cutLineTo(host: string, port: number): Promise<CutLine> {
  const open = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect({ host, port });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      open.add(one);
      one.pipe(other);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        open.delete(one);
        other.destroy();
      });
    }
  });
  const listen = (at: number): Promise<void> => new Promise((resolve) => server.listen(at, "127.0.0.1", resolve));
  await listen(0);
  const { port: own } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of open) socket.destroy();
    await closed;
  };
  return { port: own, cut, mend: () => listen(own), [Symbol.asyncDispose]: cut };
}

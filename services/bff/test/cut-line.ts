import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** A line to a server that can be cut and mended. It keeps its port meanwhile: somebody else could take it. */
export interface CutLine extends AsyncDisposable {
  readonly port: number;
  /** Existing connections break, and new ones do at once. */
  cut(): void;
  mend(): void;
}

export async function cutLineTo(host: string, port: number): Promise<CutLine> {
  const open = new Set<Socket>();
  let whole = true;
  const server = createServer((near) => {
    if (!whole) return near.destroy();
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
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    whole = false;
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    mend: () => void (whole = true),
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}

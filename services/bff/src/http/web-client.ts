import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { toProblem } from "@opl/service";
import { errors } from "../errors.ts";

interface WebFile {
  readonly type: string;
  readonly etag: string;
  /** The name changes with the content, so the content under a name never does. */
  readonly hashed: boolean;
  readonly plain: Buffer;
  readonly br: Buffer | undefined;
  readonly gzip: Buffer | undefined;
}

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".json": "application/json; charset=utf-8",
  ".webmanifest": "application/manifest+json; charset=utf-8",
  ".woff2": "font/woff2",
  ".txt": "text/plain; charset=utf-8",
};
const compressible = new Set([".html", ".js", ".css", ".svg", ".json", ".webmanifest", ".txt"]);
const page = "/index.html";
const year = 31_536_000;

/**
 * Serves the built client out of memory: exactly the files of the folder and nothing that a path could reach beside it
 * (US-42). Addresses of pages, known only to the client's own router, answer with the one page.
 * @throws ERR_CONFIG when the folder holds no built client
 */
export async function registerWebClient(fastify: FastifyInstance, folder: string): Promise<void> {
  const files = await readFolder(folder);
  const index = files.get(page);
  if (index === undefined)
    throw errors.ERR_CONFIG({ message: `OPL_WEB_DIR: ${folder} holds no built web client (no index.html). Build it with "npm run build --workspace web".` });
  fastify.get("/*", (request, reply) => {
    const path = request.url.split("?", 1)[0] ?? "/";
    const file = files.get(path === "/" ? page : path);
    if (file !== undefined) return send(request, reply, file);
    if (!isPage(request.url)) {
      const { status, body } = toProblem(errors.ERR_FILE_NOT_FOUND(), request.id);
      return reply.code(status).type("application/problem+json").send(JSON.stringify(body));
    }
    return send(request, reply, index);
  });
}

/** Neither an address of the API or the probes nor one that names a file. */
export function isPage(url: string): boolean {
  const path = url.split("?", 1)[0] ?? "/";
  return !/^\/(api|health|assets)(\/|$)/.test(path) && extname(path) === "";
}

function send(request: FastifyRequest, reply: FastifyReply, file: WebFile): FastifyReply {
  const isIndex = file.type === types[".html"];
  reply.headers({
    "content-type": file.type,
    etag: file.etag,
    vary: "accept-encoding",
    "cache-control": isIndex ? "no-store" : file.hashed ? `public, max-age=${year}, immutable` : "no-cache",
  });
  if (!isIndex && request.headers["if-none-match"] === file.etag) return reply.code(304).send();
  const accepted = request.headers["accept-encoding"] ?? "";
  if (file.br !== undefined && /\bbr\b/.test(accepted)) return reply.header("content-encoding", "br").send(file.br);
  if (file.gzip !== undefined && /\bgzip\b/.test(accepted)) return reply.header("content-encoding", "gzip").send(file.gzip);
  return reply.send(file.plain);
}

async function readFolder(folder: string): Promise<ReadonlyMap<string, WebFile>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw errors.ERR_CONFIG({ message: `OPL_WEB_DIR: the folder ${folder} cannot be read.`, cause });
  });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(paths.map(async (path) => [`/${relative(folder, path).split(sep).join("/")}`, await readOne(path)] as const)));
}

const asBrotli = promisify(brotliCompress);
const asGzip = promisify(gzip);

async function readOne(path: string): Promise<WebFile> {
  const plain = await readFile(path);
  const extension = extname(path);
  const worthIt = compressible.has(extension) && plain.length > 1_000;
  return {
    type: types[extension] ?? "application/octet-stream",
    etag: `"${createHash("sha256").update(plain).digest("base64url").slice(0, 22)}"`,
    hashed: /[.-][A-Za-z0-9_-]{8,}\.\w+$/.test(path) && /[\\/]assets[\\/]/.test(path),
    plain,
    br: worthIt ? await asBrotli(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } }) : undefined,
    gzip: worthIt ? await asGzip(plain) : undefined,
  };
}

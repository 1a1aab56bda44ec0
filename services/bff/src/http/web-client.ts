import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { extname, join, relative, sep } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { toProblem } from "@opl/service";
import { errors } from "../errors.ts";
import { sessionCookieOf } from "../session/cookie.ts";

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
/** Kept by the client where a person chose a language: the document is written in one before anything of it runs. */
const languageCookie = /(?:^|;\s*)opl-language=([a-z]{2})(?:;|$)/;
const mostLanguages = 8;
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
    const file = path === "/" ? undefined : files.get(path);
    if (file !== undefined) return send(request, reply, file);
    if (!isPage(request.url)) {
      const { status, body } = toProblem(errors.ERR_FILE_NOT_FOUND(), request.id);
      return reply.code(status).type("application/problem+json").send(JSON.stringify(body));
    }
    return send(request, reply, documentFor(files, path, request.headers) ?? index);
  });
}

/**
 * The document the build wrote for this page in the person's language, if it wrote one; those of pages behind the sign-in only for who
 * seems to have a session. None holds anything of a person: the figures are asked for by the page.
 */
function documentFor(files: ReadonlyMap<string, WebFile>, path: string, headers: FastifyRequest["headers"]): WebFile | undefined {
  const name = path === "/" ? "/index" : path;
  const kinds = sessionCookieOf(headers.cookie) === undefined ? ["open"] : ["open", "signed-in"];
  const names = languagesOf(headers).flatMap((language) => kinds.map((kind) => `/pages/${kind}${name}.${language}.html`));
  return names.map((file) => files.get(file)).find((file) => file !== undefined);
}

/** The chosen language, then those of the browser in its order of preference, then English. */
function languagesOf(headers: FastifyRequest["headers"]): string[] {
  const chosen = languageCookie.exec(headers.cookie ?? "")?.[1];
  const preferred = (headers["accept-language"] ?? "").split(",", mostLanguages).map((part) => part.trim().slice(0, 2).toLowerCase());
  return [...new Set([...(chosen === undefined ? [] : [chosen]), ...preferred, "en"])];
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
    vary: isIndex ? "accept-encoding, accept-language, cookie" : "accept-encoding",
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

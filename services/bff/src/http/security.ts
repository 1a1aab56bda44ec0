import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance } from "fastify";
import { counter } from "@opl/telemetry";
import type { BffContext } from "../context.ts";
import { errors } from "../errors.ts";
import { cameByPlainHttp } from "../session/client-address.ts";
import { isPlainJson, refuseForeign } from "../session/csrf.ts";
import { psuIdOf, renewedCookiesOf, sessionIdOf, visitorOf } from "../session/visitor.ts";
import { cspReportPath } from "./csp-reports.ts";
import { isOtherLoopbackName } from "./loopback.ts";
import { isPage } from "./web-client.ts";

type Context = Pick<BffContext, "publicOrigin" | "proxies" | "logger" | "overviews"> & { readonly requestsPerMinute: number };

const year = 31_536_000;
const methods = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);
const overrides = ["x-http-method-override", "x-http-method", "x-method-override"];
/** How much is left is no business of who is counted. */
const quiet = { "x-ratelimit-limit": false, "x-ratelimit-remaining": false, "x-ratelimit-reset": false, "retry-after": false };
const refusals = counter("opl_bff_foreign_requests", "Requests refused because they did not come from our own page");

/** Devices and abilities that no page of ours uses. */
const unusedAbilities = [
  "accelerometer",
  "autoplay",
  "bluetooth",
  "camera",
  "display-capture",
  "encrypted-media",
  "fullscreen",
  "geolocation",
  "gyroscope",
  "hid",
  "idle-detection",
  "local-fonts",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "picture-in-picture",
  "screen-wake-lock",
  "serial",
  "usb",
  "xr-spatial-tracking",
];

/** What holds for every request and every answer, whatever the route. */
export async function registerSecurity(fastify: FastifyInstance, ctx: Context): Promise<void> {
  const https = ctx.publicOrigin.startsWith("https:");
  await fastify.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "font-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "require-trusted-types-for": ["'script'"],
        "report-uri": [cspReportPath],
      },
    },
    strictTransportSecurity: https ? { maxAge: year, includeSubDomains: true } : false,
    crossOriginOpenerPolicy: { policy: "same-origin" },
    crossOriginResourcePolicy: { policy: "same-origin" },
    referrerPolicy: { policy: "no-referrer" },
    xFrameOptions: { action: "deny" },
  });
  const log = ctx.logger.child({ subsystem: "security" });
  const permissions = unusedAbilities.map((ability) => `${ability}=()`).join(", ");
  fastify.addHook("onRequest", async (_request, reply) => {
    reply.header("permissions-policy", permissions);
  });
  await fastify.register(rateLimit, {
    global: false,
    max: ctx.requestsPerMinute,
    timeWindow: 60_000,
    keyGenerator: (request) => visitorOf(request, ctx.proxies).ipAddress,
    addHeaders: quiet,
    addHeadersOnExceeding: quiet,
    errorResponseBuilder: (_request, { ttl }) => errors.ERR_TOO_MANY_REQUESTS({ retryAfterSeconds: Math.ceil(ttl / 1_000) }),
  });
  // For all routes and before anything else is done: the plugin's own way would come after the session was looked up.
  const limit = fastify.rateLimit();
  fastify.addHook("onRequest", async function countRequest(request, reply) {
    // That route has a stricter count of its own, and a request is counted once.
    if (request.url !== cspReportPath) await limit.call(this, request, reply);
  });
  registerRequestRules(fastify, ctx, https);
  // Asking for what is not there is how guessing begins, by an id in the path, the query or the body; the owners do not say whether it is
  // somebody else's (US-08).
  fastify.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url;
    if (reply.statusCode === 404 && route?.startsWith("/api/") === true)
      log.warn({ requestId: request.id, route, sessionId: sessionIdOf(request) }, "asked for something that is not there");
  });
  // What a person changes, or tried to, is on their next page, before the fact of it has come round.
  fastify.addHook("onSend", async (request) => {
    const psuId = request.method === "GET" ? undefined : psuIdOf(request);
    if (psuId !== undefined) ctx.overviews.drop(psuId);
  });
  // A session that lives on gets its cookie anew, on whatever answer.
  fastify.addHook("onSend", async (request, reply) => {
    const given = reply.getHeader("set-cookie");
    const renewed = renewedCookiesOf(request);
    if (given === undefined && renewed.length > 0) reply.header("set-cookie", [...renewed]);
  });
}

function registerRequestRules(fastify: FastifyInstance, { publicOrigin, proxies, logger }: Context, https: boolean): void {
  const log = logger.child({ subsystem: "security" });
  fastify.addHook("onRequest", async (request, reply) => {
    const { method, url, headers } = request;
    if (!methods.has(method)) throw Object.assign(new Error("method not allowed"), { statusCode: 405, headers: { allow: [...methods].join(", ") } });
    if (overrides.some((name) => headers[name] !== undefined)) throw Object.assign(new Error("method override"), { statusCode: 400 });
    const api = url.startsWith("/api/");
    if (https && cameByPlainHttp(request.socket.remoteAddress ?? "", headers["x-forwarded-proto"], proxies)) {
      // Only pages are sent on; a program that sends secrets in clear should fail at once (US-44).
      if (api || method !== "GET") throw errors.ERR_PLAIN_HTTP();
      return reply.redirect(`${publicOrigin}${onlyPath(url)}`, 308);
    }
    if (!api && method === "GET" && isPage(url) && isOtherLoopbackName(headers.host, publicOrigin))
      return reply.redirect(`${publicOrigin}${onlyPath(url)}`, 307);
    if (!api || url === cspReportPath) return undefined;
    const refusal = refuseForeign({ method, headers }, publicOrigin);
    if (refusal !== undefined) {
      refusals.add(1, { reason: refusal });
      log.warn({ requestId: request.id, route: request.routeOptions.url, reason: refusal }, "request was not made by our own page");
      throw errors.ERR_REQUEST_NOT_FROM_OUR_PAGE();
    }
    const hasBody = headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";
    if (method !== "GET" && hasBody && !isPlainJson(headers["content-type"])) throw Object.assign(new Error("not JSON"), { statusCode: 415 });
    return undefined;
  });
}

/** `//evil.example` would name a host; a path begins with one slash. */
function onlyPath(url: string): string {
  return `/${url.replace(/^[/\\]+/, "")}`;
}

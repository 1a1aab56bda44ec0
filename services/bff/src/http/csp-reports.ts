import type { FastifyInstance } from "fastify";
import { counter } from "@opl/telemetry";
import type { Logger } from "@opl/telemetry";
import { z } from "zod";

export const cspReportPath = "/api/csp-reports";

const reports = counter("opl_csp_reports", "Reports of browsers about violations of the content security policy");
const largest = 16_384;
const perMinute = 60;

/** Of a report only the directive is of interest, and of that only what could be one. */
const report = z.object({ "csp-report": z.object({ "effective-directive": z.string().optional(), "violated-directive": z.string().optional() }) });
const directive = /^[a-z-]{3,40}$/;

/** Takes reports about our content security policy: counted and logged by directive, their content dropped (G-28). */
export function registerCspReports(fastify: FastifyInstance, logger: Logger): void {
  const log = logger.child({ subsystem: "security" });
  fastify.addContentTypeParser(["application/csp-report"], { parseAs: "string", bodyLimit: largest }, fastify.getDefaultJsonParser("error", "error"));
  fastify.post(cspReportPath, { bodyLimit: largest, config: { rateLimit: { max: perMinute, timeWindow: 60_000 } } }, (request, reply) => {
    const read = report.safeParse(request.body);
    const named = read.success ? (read.data["csp-report"]["effective-directive"] ?? read.data["csp-report"]["violated-directive"]?.split(" ")[0]) : undefined;
    const violated = named !== undefined && directive.test(named) ? named : "unknown";
    reports.add(1, { directive: violated });
    log.warn({ directive: violated }, "a browser reports a violation of the content security policy");
    return reply.code(204).send();
  });
}

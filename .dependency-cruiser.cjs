// The import directions of ARCHITECTURE.md, executable. Each rule says what to do instead.
const { Visitor } = require("@swc/core/Visitor.js");

// swc's visitor does not know `using` yet and would give up on the file.
const visitStatement = Visitor.prototype.visitStatement;
Visitor.prototype.visitStatement = function (statement) {
  return statement.type === "UsingDeclaration" ? { ...statement, decls: this.visitVariableDeclarators(statement.decls) } : visitStatement.call(this, statement);
};

const lib = (...names) => `^libs/(${names.join("|")})/`;
/** What a library may import: what stands to its left. */
const layers = [["errors", "money"], ["contracts"], ["payment-rules", "telemetry", "sealing", "eidas", "fapi"], ["postgres"], ["messaging"], ["service"]];
const below = layers.flatMap((layer, index) =>
  layer.map((name) => ({
    name: `lib-direction-${name}`,
    comment: `libs/${name} imports only libraries to its left: move the code to the library that needs it.`,
    severity: "error",
    from: { path: lib(name), pathNot: "\\.test\\.ts$|^libs/[^/]+/test/" },
    to: { path: "^libs/", pathNot: [lib(name), ...(index === 0 ? [] : [lib(...layers.slice(0, index).flat())])].join("|") },
  })),
);
const onlyImporter = (name, packages, allowed, instead) => ({
  name: `one-importer-${name}`,
  comment: instead,
  severity: "error",
  from: { path: "^(libs|services|web)/", pathNot: `${allowed}|\\.test\\.ts$|/test(ing)?/` },
  to: { path: `node_modules/(${packages})(/|$)` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: "services-apart", comment: "A service never imports another: ask it over HTTP or listen to its facts.", severity: "error", from: { path: "^services/([^/]+)/" }, to: { path: "^services/", pathNot: "^services/$1/" } },
    { name: "libs-below", comment: "A library knows no service, client or bank.", severity: "error", from: { path: "^libs/", pathNot: "^libs/testkit/|\\.test\\.ts$" }, to: { path: "^(services|web|sandbox|tools|e2e)/" } },
    { name: "web-imports-contracts-and-money", comment: "The client knows the contracts, money and the rules of payments, nothing else of ours.", severity: "error", from: { path: "^web/src/" }, to: { path: "^(libs|services|sandbox|tools)/", pathNot: "^libs/(contracts|money|payment-rules)/" } },
    { name: "features-apart", comment: "No feature imports another: move the piece to ui/.", severity: "error", from: { path: "^web/src/features/([^/]+)/" }, to: { path: "^web/src/features/", pathNot: "^web/src/features/$1/" } },
    { name: "domain-is-pure", comment: "domain/ imports itself, money, errors, the rules of payments and the canonical model: pass everything else in.", severity: "error", from: { path: "^services/[^/]+/src/domain/", pathNot: "\\.test\\.ts$" }, to: { pathNot: "^services/[^/]+/src/domain/|^libs/(money|errors|payment-rules)/|^libs/contracts/src/model/" } },
    { name: "adapters-apart", comment: "One bank never imports another.", severity: "error", from: { path: "/src/adapters/([^/]+)/" }, to: { path: "/src/adapters/[^/]+/", pathNot: "/src/adapters/$1/" } },
    { name: "adapters-by-index", comment: "Only adapters/index.ts imports an adapter.", severity: "error", from: { path: "^services/bank-gateway/src/", pathNot: "/src/adapters/" }, to: { path: "^services/bank-gateway/src/adapters/[^/]+/" } },
    { name: "events-and-jobs-call-use-cases", comment: "events/ and jobs/ decide nothing: call a use case.", severity: "error", from: { path: "^services/[^/]+/src/(events|jobs)/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/[^/]+/src/http/" } },
    { name: "events-reach-nobody", comment: "What a fact causes outside the database is a row that a job works off (DR-C5).", severity: "error", from: { path: "^services/[^/]+/src/events/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/[^/]+/src/(clients|egress)/", dependencyTypesNot: ["type-only"] } },
    { name: "http-starts-nothing-else", comment: "http/ asks use cases and reads rows; what runs by itself belongs to app.ts.", severity: "error", from: { path: "^services/[^/]+/src/http/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/[^/]+/src/(events|jobs)/", dependencyTypesNot: ["type-only"] } },
    { name: "use-cases-know-no-edge", comment: "A use case is called by http/, events/ and jobs/, never the other way round.", severity: "error", from: { path: "^services/[^/]+/src/usecases/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/[^/]+/src/(http|events|jobs)/|^services/[^/]+/src/(app|main)\\.ts$" } },
    { name: "stores-and-clients-serve", comment: "db/ and clients/ know the domain, not each other and nobody above them.", severity: "error", from: { path: "^services/[^/]+/src/(db|clients)/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/[^/]+/src/(db|clients|usecases|http|events|jobs)/|^services/[^/]+/src/(app|main)\\.ts$", pathNot: "^services/[^/]+/src/$1/" } },
    { name: "sandbox-shares-nothing", comment: "The sandbox banks share no code with the gateway.", severity: "error", from: { path: "^sandbox/" }, to: { path: "^(libs|services|web|tools)/", pathNot: "^libs/errors/" } },
    { name: "nobody-imports-the-sandbox", comment: "A bank is reached over TLS.", severity: "error", from: { path: "^(libs|services|web)/" }, to: { path: "^sandbox/" } },
    { name: "command-shares-the-protocol-only", comment: "The stand-alone command takes OP's protocol from the gateway, never what needs a database, a broker or a vault (ADR 0016).", severity: "error", from: { path: "^tools/opl/", pathNot: "\\.test\\.ts$|/testing/|^tools/opl/desired-state/" }, to: { path: "^services/|^libs/(postgres|messaging|service|sealing|telemetry|testkit)/|^sandbox/", pathNot: "^services/bank-gateway/src/(adapters/bank-adapter\\.ts|registration-schemes/scheme\\.ts|adapters/op/|standards/op/|egress/|oauth/token-endpoint\\.ts|banks/(bank|keys)\\.ts)" } },
    { name: "desired-state-asks-the-registry", comment: "tpp plan and apply read the file as tpp-registry does and ask it over HTTP, never its database (ADR 0022).", severity: "error", from: { path: "^tools/opl/desired-state/", pathNot: "\\.test\\.ts$" }, to: { path: "^services/|^libs/(postgres|messaging|sealing|telemetry|testkit)/|^sandbox/", pathNot: "^services/tpp-registry/src/document/" } },
    { name: "testkit-only-in-tests", comment: "testkit, and what a library has for tests, is for tests.", severity: "error", from: { path: "^(libs|services|web|sandbox|tools)/", pathNot: "\\.test\\.tsx?$|^libs/testkit/|/testing/|^(services|libs)/[^/]+/test/|^sandbox/test/|^tools/bench/" }, to: { path: "^libs/(testkit|[^/]+/src/testing)/" } },
    onlyImporter("pg", "pg", "^libs/(postgres|testkit)/", "Use @opl/postgres."),
    onlyImporter("nats", "@nats-io", "^libs/messaging/", "Use @opl/messaging."),
    onlyImporter("jose", "jose", "^libs/fapi/", "Use @opl/fapi."),
    onlyImporter("node-forge", "node-forge", "^libs/eidas/", "Use @opl/eidas."),
    onlyImporter("ibantools", "ibantools", "^libs/payment-rules/", "Use @opl/payment-rules."),
    onlyImporter("iso11649", "node-iso11649", "^libs/payment-rules/", "Use @opl/payment-rules."),
    onlyImporter("undici", "undici", "^libs/service/|^services/bank-gateway/src/egress/", "Use the client of @opl/service, or the gateway's egress."),
    onlyImporter("uuid", "uuid", "^libs/service/", "Use newId of @opl/service."),
    ...below,
    { name: "no-cycles", comment: "Two files that need each other are one file, or miss a third.", severity: "error", from: { pathNot: "node_modules" }, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "resolvable", comment: "The import leads nowhere.", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^node:|\\.css$|virtual:" } },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^web/dist/" },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"], extensions: [".ts", ".tsx", ".js", ".mjs", ".json"] },
  },
};

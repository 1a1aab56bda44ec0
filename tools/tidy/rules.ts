/** A finding: where, what, and what to do instead. */
export interface Finding {
  readonly file: string;
  readonly line: number;
  readonly rule: string;
  readonly instead: string;
}

export interface SourceFile {
  /** From the root of the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

interface LineRule {
  readonly rule: string;
  readonly instead: string;
  readonly pattern: RegExp;
  readonly applies: (path: string) => boolean;
}

const isTest = (path: string): boolean =>
  /\.(int\.|e2e\.|sandbox\.)?test\.tsx?$/.test(path) || path.startsWith("libs/testkit/") || path.startsWith("e2e/") || path.includes("/testing/");
const isCode = (path: string): boolean => /\.(ts|tsx|mjs|cjs)$/.test(path);
const isShipped = (path: string): boolean => /^(services|libs|web\/src)\//.test(path) && isCode(path) && !isTest(path);

const lineRules: readonly LineRule[] = [
  { rule: "no console", instead: "log through the logger of @opl/telemetry", pattern: /\bconsole\.\w+\(/, applies: (path) => isShipped(path) },
  {
    rule: "no any",
    instead: "use unknown and narrow it",
    pattern: /(:\s*|as\s+|<)any\b(?!\w)/,
    applies: (path) => isCode(path) && !path.startsWith("tools/tidy/"),
  },
  {
    rule: "no enum or namespace",
    instead: "use a union of literals",
    pattern: /^\s*(export\s+)?(declare\s+)?(const\s+)?(enum|namespace)\s+\w/,
    applies: isCode,
  },
  {
    rule: "no clock below the edges",
    instead: "take a Clock and ask it",
    pattern: /\bDate\.now\(|\bnew Date\(\s*\)|Temporal\.Now\./,
    applies: (path) => isShipped(path) && !/^libs\/(service\/src\/clock|telemetry\/)/.test(path) && !path.startsWith("web/src/"),
  },
  {
    rule: "no Math.random",
    instead: "node:crypto, or an injected source",
    pattern: /\bMath\.random\(/,
    applies: (path) => isCode(path) && !path.startsWith("tools/tidy/"),
  },
  { rule: "no floats near money", instead: "parseAmount of @opl/money", pattern: /\bparseFloat\(/, applies: (path) => isShipped(path) },
  {
    rule: "process.env only in config.ts",
    instead: "add the variable to the service's config.ts",
    pattern: /\bprocess\.env\b/,
    applies: (path) => path.startsWith("services/") && isCode(path) && !isTest(path) && !/\/src\/(config|main)\.ts$/.test(path),
  },
  {
    rule: "no marker of unfinished work",
    instead: "finish it, or file an issue and name its number",
    pattern: /\b(FIXME|HACK)\b|\bTODO\b(?!\(#\d+\))/,
    applies: (path) => isCode(path) && !path.startsWith("tools/tidy/"),
  },
  {
    rule: "no default export",
    instead: "export by name",
    pattern: /^export default\b/,
    applies: (path) => isCode(path) && !/(^|\/)(vite|vitest|lingui|playwright)\.config\.ts$/.test(path),
  },
];

const junkDrawers = /(^|\/)(utils?|helpers?|common|shared|misc|manager|impl|types|core)(\.tsx?|\.mjs)?(\/|$)/;

/** Reads files and says what breaks the rules of the house. Pure: the files are given. */
export function tidy(files: readonly SourceFile[]): Finding[] {
  const findings: Finding[] = [];
  for (const file of files) {
    if (junkDrawers.test(file.path)) {
      findings.push({ file: file.path, line: 1, rule: "no junk drawers", instead: "name it by what it answers" });
    }
    const lines = file.text.split("\n");
    for (const rule of lineRules) {
      if (!rule.applies(file.path)) continue;
      lines.forEach((text, index) => {
        const code = text
          .replace(/\/\*.*?(\*\/|$)/g, "")
          .replace(/\/\/.*$/, "")
          .replace(/^\s*\*.*$/, "");
        const subject = rule.rule.startsWith("no marker") ? text : code;
        if (rule.pattern.test(subject)) findings.push({ file: file.path, line: index + 1, rule: rule.rule, instead: rule.instead });
      });
    }
  }
  return findings;
}

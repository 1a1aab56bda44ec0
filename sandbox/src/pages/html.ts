/** Markup that is safe to send: made only by the `html` tag, which escapes every value it takes in. */
export interface Html {
  readonly markup: string;
}

type Part = string | number | Html | readonly Part[] | undefined | false;

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((text, piece, index) => `${text}${render(parts[index - 1])}${piece}`) };
}

function render(part: Part): string {
  if (part === undefined || part === false) return "";
  if (typeof part === "string" || typeof part === "number") return escape(String(part));
  return isHtml(part) ? part.markup : part.map(render).join("");
}

function isHtml(part: Html | readonly Part[]): part is Html {
  return "markup" in part;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
}

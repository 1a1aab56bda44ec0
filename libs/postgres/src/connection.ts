/** Puts a password into a connection URL. The driver lets the URL win over a password given beside it, even an absent one. */
export function connectionString(url: string, password: string | undefined): string {
  if (password === undefined) return url;
  const complete = new URL(url);
  complete.password = encodeURIComponent(password);
  return complete.href;
}

/** Settings for the startup packet, so that no connection is ever used without them. */
export function sessionSettings(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, String.raw`\$&`)}`)
    .join(" ");
}

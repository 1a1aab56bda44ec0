interface Typed {
  readonly name: string;
  readonly country: string;
  readonly bic: string;
}

/** What is asked for what was typed: spaces and small letters do not matter, half a code asks nothing yet. */
export function directoryTerms({ name, country, bic }: Typed): {
  readonly terms: { readonly name?: string; readonly country?: string; readonly bic?: string };
  readonly mistakes: { readonly country: boolean; readonly bic: boolean };
} {
  const words = name.trim();
  const state = country.trim().toUpperCase();
  const code = bic.trim().toUpperCase();
  const countryFits = /^[A-Z]{2}$/.test(state);
  const codeFits = /^[A-Z0-9]{8}([A-Z0-9]{3})?$/.test(code);
  return {
    terms: { ...(words === "" ? {} : { name: words }), ...(countryFits ? { country: state } : {}), ...(codeFits ? { bic: code } : {}) },
    mistakes: { country: state !== "" && !/^[A-Z]{1,2}$/.test(state), bic: code !== "" && !/^[A-Z0-9]{1,8}$|^[A-Z0-9]{9,11}$/.test(code) },
  };
}

/** Brings the common inflections of an English word to one form: count, counts, counted, counting. */

/** @param word in lower case */
export function stem(word: string): string {
  let form = word.replace(/['’]s$/, "");
  form = form.replace(/(?<=\p{L}{3})(?:ies|ied)$/u, "y");
  if (!/(?:ss|us|is)$/.test(form)) form = form.replace(/(?<=\p{L}{2})s$/u, "");
  form = form.replace(/(?<=[aeiouy]\p{L}+)(?:ing|ed)$/u, "");
  form = form.replace(/(?<=\p{L}{2})e$/u, "");
  return form.replace(/([^aeiou])\1$/, "$1");
}

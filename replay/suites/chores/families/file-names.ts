/** Give files with odd names tidy ones. */
import type { Chore, Family } from "../chore.ts";
import type { Random } from "../random.ts";

export const fileNames: Family = (random) => [
  rename(random("names-scans"), {
    name: "names-scans",
    heldOut: false,
    instruction:
      "The files in scans/ have awful names. Rename them so that they are in lower case and use only a-z, 0-9, dots and " +
      "hyphens: accents dropped, any run of other characters becomes one hyphen, none at the start or end.",
    folder: "scans",
    names: [
      ["Rechnung März 2026.PDF", "rechnung-marz-2026.pdf"],
      ["-draft.txt", "draft.txt"],
      ['the "final" version.docx', "the-final-version.docx"],
      ["it's done!.md", "it-s-done.md"],
      ["Passport & Visa (copy).jpg", "passport-visa-copy.jpg"],
      ["Crème brûlée.txt", "creme-brulee.txt"],
      ["$HOME.txt", "home.txt"],
      ["#1 of 3.tiff", "1-of-3.tiff"],
      ["a  lot   of spaces .txt", "a-lot-of-spaces.txt"],
      ["Jalapen\u0303o.csv", "jalapeno.csv"],
      ["already-tidy.txt", "already-tidy.txt"],
      ["100% sure; really.txt", "100-sure-really.txt"],
    ],
  }),
  rename(random("names-upload"), {
    name: "names-upload",
    heldOut: false,
    instruction:
      "Our web server chokes on what people send. Please rename everything in shop/upload/ to tidy file names: " +
      "lower case letters without accents, digits and dots, with a single underscore for each stretch of anything else " +
      "(not at the ends).",
    folder: "shop/upload",
    names: [
      ["Mock-up [v2].PNG", "mock_up_v2.png"],
      ["--help", "help"],
      ["Łódź photo.jpg", "lodz_photo.jpg"],
      ["price list, 'new'.xls", "price_list_new.xls"],
      ["A&B=C?.html", "a_b_c.html"],
      ["tab\there.txt", "tab_here.txt"],
      ["straße.txt", "strasse.txt"],
      ["`whoami`.txt", "whoami.txt"],
      ["UPPER.TXT", "upper.txt"],
      ["café|menu.pdf", "cafe_menu.pdf"],
      ["back\\slash.txt", "back_slash.txt"],
    ],
  }),
  rename(random("names-holiday"), {
    name: "names-holiday",
    heldOut: true,
    instruction:
      "My camera and two phones filled pictures/holiday/ with messy file names. I would like them all small letters, " +
      "numbers and dots, hyphens for whatever else is in there (one per gap and never first or last), no accents.",
    folder: "pictures/holiday",
    names: [
      ["IMG 0001 (1).JPEG", "img-0001-1.jpeg"],
      ["Plage à Nîmes.jpg", "plage-a-nimes.jpg"],
      ["-r -f.jpg", "r-f.jpg"],
      ["Zoë & Søren.png", "zoe-soren.png"],
      ["\u201cquoted\u201d.gif", "quoted.gif"],
      ["sunset*.jpg", "sunset.jpg"],
      ["Straßenfest~2.heic", "strassenfest-2.heic"],
      ["First Day@Sea.jpg", "first-day-sea.jpg"],
      ["  leading and trailing  .txt", "leading-and-trailing.txt"],
      ["Œuvre – no. 7.jpg", "oeuvre-no.-7.jpg"],
      ["beach+sea.jpg", "beach-sea.jpg"],
      ["$(date).jpg", "date.jpg"],
      ["mañana.jpg", "manana.jpg"],
    ],
  }),
];

/** The tidy names are written by hand: nothing here computes what the skill computes. */
interface Folder {
  readonly name: string;
  readonly heldOut: boolean;
  readonly instruction: string;
  readonly folder: string;
  readonly names: readonly (readonly [odd: string, tidy: string])[];
}

function rename(random: Random, { name, heldOut, instruction, folder, names }: Folder): Chore {
  const contents = names.map(() =>
    Array.from({ length: random.int(2, 60) }, () => random.int(0, 1e9)).join("\n"),
  );
  const odd = names.filter(([before, after]) => before !== after);
  return {
    name,
    heldOut,
    instruction,
    workspace: Object.fromEntries(names.map(([before], at) => [`${folder}/${before}`, contents[at] ?? ""])),
    truth: Object.fromEntries(names.map(([, after], at) => [after, contents[at] ?? ""])),
    checks: [
      ...names.map(([, after]) => ({ file: `${folder}/${after}`, equals: after, as: "bytes" as const })),
      ...odd.map(([before]) => ({ absent: `${folder}/${before}` })),
    ],
  };
}

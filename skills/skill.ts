/** A skill in the open SKILL.md format, as it was found on disk. */

export interface Skill {
  /** Name of its folder: commands reach its scripts as `$SKILLS/<name>/…`. */
  readonly name: string;
  readonly description: string;
  /** The text below the front matter, with `\n` line ends. */
  readonly body: string;
  readonly frontmatter: Readonly<Record<string, unknown>>;
  /** Absolute path of SKILL.md. */
  readonly path: string;
  /** Absolute path of the skill's folder. */
  readonly dir: string;
}

/** Something about a skill that a person should put right. */
export interface SkillProblem {
  readonly path: string;
  readonly message: string;
  /** False when the skill was left out because of it. */
  readonly loaded: boolean;
}

import { expect, test } from "vitest";
import { originRelease } from "../../../replay/release/origin.ts";
import { promote } from "../../../replay/release/promote.ts";
import { makeHome, type Home } from "../../helpers/home.ts";

const promoted = async ({ repo, store }: Home, commit: string, at: string): Promise<void> => {
  await promote({ repo, store, what: { commit }, force: true, reason: "a test", now: () => new Date(at) });
};

test("the first release is the one that came from no other, whatever the clock said", async () => {
  await using home = makeHome();
  const first = home.git("rev-parse", "HEAD").trim();
  expect(await originRelease(home.repo, home.store)).toBe(first);
  const [one, two] = ["One.\n", "Two.\n"].map((text) => {
    home.write("prompts/system.md", text);
    return home.commit(text);
  });
  home.git("reset", "--quiet", "--hard", first);
  await promoted(home, one ?? "", "2027-01-01T00:00:00Z");
  await promoted(home, two ?? "", "2026-01-01T00:00:00Z");
  expect(await originRelease(home.repo, home.store)).toBe(first);
});

test("where each came from another, the oldest tells", async () => {
  await using home = makeHome();
  const first = home.git("rev-parse", "HEAD").trim();
  home.write("prompts/system.md", "One.\n");
  const one = home.commit("One");
  home.git("reset", "--quiet", "--hard", first);
  await promoted(home, one, "2026-01-01T00:00:00Z");
  await promoted(home, first, "2026-01-02T00:00:00Z");
  expect(await originRelease(home.repo, home.store)).toBe(first);
});

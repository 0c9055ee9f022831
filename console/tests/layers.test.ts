import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, normalize, relative } from "node:path";
import { describe, expect, it } from "vitest";

const SRC = join(__dirname, "../src");
const MAY_IMPORT: Record<string, string[]> = {
  app: ["app", "pages", "ui", "api", "model"],
  pages: ["pages", "ui", "api", "model"],
  ui: ["ui", "model"],
  api: ["api", "model"],
  model: ["model"],
};
const LONGEST = 200;
/** One list that is meant to be read as one. */
const LONG_LISTS = ["model/words.ts"];

const files = Object.keys(MAY_IMPORT).flatMap((folder) => readdirSync(join(SRC, folder)).map((name) => `${folder}/${name}`));
const importsOf = (file: string) => [...readFileSync(join(SRC, file), "utf8").matchAll(/^(?:import|export)\s[^"]*?from "([^"]+)"|\bimport\("([^"]+)"\)/gm)].map((match) => (match[1] ?? match[2])!);

const targetsOf = (file: string) =>
  importsOf(file).filter((one) => one.startsWith(".")).map((one) => normalize(join(dirname(file), one))).map((one) => files.find((known) => known.replace(/\.tsx?$/, "") === one)!);

/** Types come and go before anything runs: they close no circle. */
const ofValues = (file: string) =>
  [...readFileSync(join(SRC, file), "utf8").matchAll(/^(?:import|export)\s+(?!type\b)[^"]*?from "(\.[^"]+)"/gm)].map((match) => normalize(join(dirname(file), match[1]!)));

describe("imports", () => {
  it("go in no circle", () => {
    const visit = (file: string, path: string[]): void => {
      expect(path, `${[...path, file].join(" > ")}`).not.toContain(file);
      if (done.has(file)) return;
      for (const target of targetsOf(file).filter((one) => ofValues(file).includes(one.replace(/\.tsx?$/, "")))) visit(target, [...path, file]);
      done.add(file);
    };
    const done = new Set<string>();
    for (const file of files) visit(file, []);
  });
});

describe.each(files)("%s", (file) => {
  it("imports downwards only", () => {
    const folder = dirname(file);
    for (const name of importsOf(file).filter((one) => one.startsWith("."))) {
      const target = dirname(relative(SRC, normalize(join(SRC, folder, name))));
      expect(MAY_IMPORT[folder], `${file} imports ${name}`).toContain(target);
    }
  });
  it("knows no more packages than its folder may", () => {
    const packages = importsOf(file).filter((one) => !one.startsWith(".") && one !== "#schema");
    if (file.startsWith("model/")) expect(packages).toEqual([]);
    if (file.startsWith("api/")) expect(packages.filter((one) => one.startsWith("preact"))).toEqual([]);
  });
  it("can be read at once", () => {
    if (!LONG_LISTS.includes(file)) expect(readFileSync(join(SRC, file), "utf8").split("\n").length).toBeLessThanOrEqual(LONGEST);
  });
  it("makes no markup out of text", () => {
    expect(readFileSync(join(SRC, file), "utf8")).not.toMatch(/dangerouslySetInnerHTML|innerHTML|insertAdjacentHTML|document\.write/);
  });
});

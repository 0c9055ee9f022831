import { describe, expect, it } from "vitest";
import { COMMANDS, DEFAULT_KEYS, conflictOf, keyOf, matchKeys, press, typedKey, type KeySettings } from "../src/model/keymap";
import { words } from "../src/model/words";

const match = (typed: string, settings: KeySettings = DEFAULT_KEYS) => {
  const found = matchKeys(typed, settings);
  return found.kind === "commands" ? found.ids : found.kind;
};

describe("keys", () => {
  it("mean what the list says", () => {
    expect(match("h")).toEqual(["harmful"]);
    expect(match("i")).toEqual(["inactive"]);
    expect(match("s")).toEqual(["sane"]);
    expect(match(" ")).toEqual(["later"]);
    expect(match("z")).toEqual(["undo"]);
    expect(match("g")).toBe("prefix");
    expect(match("g t")).toEqual(["go.triage"]);
    expect(match("y")).toBe("none");
  });
  it("have a name each, and no two of one place the same", () => {
    for (const { id, key } of COMMANDS) {
      expect(words.keys.names[id], id).toBeTruthy();
      expect(conflictOf(id, key, DEFAULT_KEYS), id).toBeNull();
    }
  });
  it("of one letter do nothing when they are switched off, others still do", () => {
    const off = { letters: false, changed: {} };
    for (const { key } of COMMANDS.filter((command) => command.key.length === 1 || command.key.startsWith("g "))) expect(match(key, off), key).toBe("none");
    expect(match("Ctrl+K", off)).toEqual(["palette"]);
  });
  it("judge once however long they are held down, but go on through a list", () => {
    expect(press("", "h", false, DEFAULT_KEYS).ids).toEqual(["harmful"]);
    expect(press("", "h", true, DEFAULT_KEYS).ids).toEqual([]);
    expect(press("", "j", true, DEFAULT_KEYS).ids).toEqual(["next"]);
  });
  it("that mean nothing together do nothing, the second alone neither", () => {
    expect(press("", "g", false, DEFAULT_KEYS)).toEqual({ typed: "g", ids: [] });
    expect(press("g", "h", false, DEFAULT_KEYS)).toEqual({ typed: "", ids: [] });
    expect(press("g", "t", false, DEFAULT_KEYS)).toEqual({ typed: "", ids: ["go.triage"] });
  });
  it("mean the same with Caps Lock", () => {
    expect(typedKey("H", true)).toBe("h");
    expect(typedKey("h", true)).toBe("H");
    expect(typedKey("H", false)).toBe("H");
    expect(typedKey("?", true)).toBe("?");
    expect(typedKey("Enter", true)).toBe("Enter");
  });
  it("can be changed, and what is taken is told", () => {
    const changed: KeySettings = { letters: true, changed: { harmful: "1" } };
    expect(match("1", changed)).toEqual(["harmful"]);
    expect(match("h", changed)).toBe("none");
    expect(keyOf("harmful", changed)).toBe("1");
    expect(conflictOf("harmful", "s", changed)).toBe("sane");
    expect(conflictOf("harmful", "g", changed)).toBe("go.overview");
    expect(conflictOf("harmful", "h", changed)).toBeNull();
  });
});

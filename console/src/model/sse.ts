/** Reads a `text/event-stream` piece by piece. Source: WHATWG HTML, section 9.2.6. */
export interface StreamEvent {
  event: string;
  id: string | null;
  data: string;
}

export class EventReader {
  #rest = "";

  /** @return the events that are whole now */
  feed(text: string): StreamEvent[] {
    const blocks = (this.#rest + text.replace(/\r\n?/g, "\n")).split("\n\n");
    this.#rest = blocks.pop() ?? "";
    return blocks.map(parseBlock).filter((event) => event !== null);
  }
}

function parseBlock(block: string): StreamEvent | null {
  const event: StreamEvent = { event: "message", id: null, data: "" };
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const colon = line.indexOf(":");
    if (colon === 0 || line === "") continue; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "event") event.event = value;
    if (name === "id") event.id = value;
    if (name === "data") data.push(value);
  }
  if (data.length === 0) return null;
  return { ...event, data: data.join("\n") };
}

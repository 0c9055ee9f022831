import { QueryClient, QueryObserver } from "@tanstack/query-core";
import { describe, expect, it, vi } from "vitest";
import { Reading } from "../src/app/reading";

function make() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  const answers: (() => void)[] = [];
  const read = vi.fn(() => new Promise<number>((resolve) => answers.push(() => resolve(1))));
  const stop = new QueryObserver(client, { queryKey: ["user", 1], queryFn: read }).subscribe(() => undefined);
  const answer = async () => {
    answers.splice(0).forEach((one) => one());
    await new Promise((resolve) => setTimeout(resolve));
  };
  return { client, read, answer, stop, reading: new Reading(client) };
}

describe("what has become old", () => {
  it("is read again at once where it is shown, and later where it is not", async () => {
    const { client, read, answer, stop, reading } = make();
    await answer();
    client.setQueryData(["users", "all"], 1);
    client.setQueryData(["posts", 1], 1);
    reading.again(["classification"]);
    expect(read).toHaveBeenCalledTimes(2);
    expect(client.getQueryState(["users", "all"])!.isInvalidated).toBe(true);
    expect(client.getQueryState(["posts", 1])!.isInvalidated).toBe(false);
    await answer();
    stop();
  });

  it("is read once more, however much has changed while it was being read", async () => {
    const { read, answer, stop, reading } = make();
    await answer();
    for (let i = 0; i < 5; i++) reading.again(["classification"]);
    expect(read).toHaveBeenCalledTimes(2);
    await answer();
    expect(read).toHaveBeenCalledTimes(3);
    await answer();
    expect(read).toHaveBeenCalledTimes(3);
    stop();
  });
});

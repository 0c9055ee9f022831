import { describe, expect, it } from "vitest";
import { deliveryOf, resultOf } from "../src/model/alerts";

describe("deliveryOf", () => {
  const alert = { kind: "new_wave", delivered_at: null, error: null };
  it("says whether somebody has been told", () => {
    expect(deliveryOf({ ...alert, delivered_at: "2026-11-30T07:00:00Z" })).toBe("delivered");
    expect(deliveryOf({ ...alert, error: "webhook: answered 500" })).toBe("waiting");
    expect(deliveryOf(alert)).toBe("kept");
  });
  it("does not promise that a test is sent again", () => {
    expect(deliveryOf({ ...alert, kind: "test", error: "webhook: answered 500" })).toBe("failed");
  });
});

describe("resultOf", () => {
  it("says why a channel did not take it", () => {
    expect(resultOf({ channel: "email", delivered: false, error: "answered 451" })).toBe("email: answered 451");
    expect(resultOf({ channel: "webhook", delivered: true, error: null })).toBe("webhook: delivered");
  });
});

import { describe, expect, it } from "vitest";
import { ApiFailure } from "../src/api/failure";
import { bulkBody, changedOf, filterOf, otherCountOf } from "../src/model/bulk";
import { usersQuery } from "../src/model/people";

describe("one verdict for many", () => {
  it("is about who is named, or about all that the list shows, in whatever order", () => {
    const params = usersQuery(7, { search: "a&b=c", verdict: "unclassified", rank: "0.9", wave: "w", order: "handle" });
    expect(filterOf(params)).toBe("account_id=7&search=a%26b%3Dc&classification=unclassified&rank__gte=0.9&cohort=w");
    expect(bulkBody("account_id=7", "inactive")).toEqual({ filter: "account_id=7", harmful: false, inactive: true });
    expect(bulkBody([3, 1], "none")).toEqual({ user_ids: [3, 1], unclassify: true });
  });
  it("changes those that are not skipped", () => {
    expect(changedOf({ count: 20, skipped: { unclassified: 5, exempt: 2 } })).toBe(13);
    expect(changedOf({ count: 20, skipped: {} })).toBe(20);
  });
  it("is refused with the new figure where there are not as many as expected", () => {
    expect(otherCountOf(new ApiFailure(409, "x", null, null, { detail: "x", count: 211 }))).toBe(211);
    expect(otherCountOf(new ApiFailure(409, "Already undone.", null, null, { edit_id: "e" }))).toBeNull();
    expect(otherCountOf(new ApiFailure(503, "x", null, 5, { count: 3 }))).toBeNull();
  });
});

/** A write for many users after its dry run: sent once, and looked at again when others match meanwhile. */
import { useMemo, useState } from "preact/hooks";
import type { ApiFailure } from "../api/failure";
import { otherCountOf } from "../model/bulk";
import { newKey } from "../model/outbox";
import { useConsole } from "./use_console";

interface BulkWrite {
  path: string;
  body: object;
  /** As the dry run has it. */
  count: number;
  recount: () => void;
  onWritten: (answer: Response) => Promise<void>;
}

export function useBulkWrite({ path, body, count, recount, onWritten }: BulkWrite) {
  const { send } = useConsole();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [was, setWas] = useState<number | null>(null);
  // The same for what is sent again; another request, or another number of users, has its own.
  const key = useMemo(newKey, [count, JSON.stringify(body)]);
  const apply = async () => {
    setBusy(true);
    setError(null);
    try {
      const headers = { "Content-Type": "application/json", "Idempotency-Key": key };
      await onWritten(await send(path, { method: "POST", headers, body: JSON.stringify({ ...body, expected_count: count }) }));
    } catch (failure) {
      if (otherCountOf(failure as ApiFailure) === null) setError(failure as ApiFailure);
      else (setWas(count), recount());
      setBusy(false);
    }
  };
  return { busy, error, was: was === count ? null : was, apply };
}

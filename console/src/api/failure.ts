/** Why a request did not work, in the server's words. */
export class ApiFailure extends Error {
  constructor(
    /** 0: no answer came. */
    readonly status: number,
    message: string,
    readonly requestId: string | null = null,
    /** Seconds after which it may work; null: not said. */
    readonly retryAfter: number | null = null,
    readonly body: unknown = null,
  ) {
    super(message);
    this.name = "ApiFailure";
  }

  get isOffline(): boolean {
    return this.status === 0;
  }
  /** Passes by itself. */
  get isPassing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/** DRF's error bodies as one line: `detail`, or the fields with their complaints. */
export function sentenceOf(body: unknown): string | null {
  if (typeof body === "string") return body.trim() || null;
  if (Array.isArray(body)) return body.map(sentenceOf).filter(Boolean).join(" ") || null;
  if (body === null || typeof body !== "object") return null;
  const { detail, ...fields } = body as Record<string, unknown>;
  if (typeof detail === "string") return detail;
  const lines = Object.entries(fields).map(([name, value]) => {
    const text = sentenceOf(value);
    return text && (name === "non_field_errors" ? text : `${name}: ${text}`);
  });
  return lines.filter(Boolean).join(" ") || null;
}

export async function failureOf(response: Response): Promise<ApiFailure> {
  const text = await response.clone().text().catch(() => "");
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    // A proxy's page: its text is of no use here.
  }
  const seconds = Number(response.headers.get("Retry-After") ?? "x");
  const said = sentenceOf(body) ?? (response.statusText || `HTTP ${response.status}`);
  return new ApiFailure(response.status, said, response.headers.get("X-Request-ID"), Number.isFinite(seconds) ? seconds : null, body);
}

/** What `fetch` throws when no answer comes. */
export function offlineFailure(): ApiFailure {
  return new ApiFailure(0, "The server cannot be reached.");
}

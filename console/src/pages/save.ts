/** Answers that are kept as files: they are saved, never shown as a document of this page. */
type Send = (path: string, init?: RequestInit) => Promise<Response>;

function save(bytes: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

function nameOf(response: Response, otherwise: string): string {
  return /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? otherwise;
}

export async function saveAnswer(send: Send, path: string, otherwise: string, init?: RequestInit): Promise<void> {
  const response = await send(path, init);
  save(await response.blob(), nameOf(response, otherwise));
}

export function saveReport(send: Send, ids: number[]): Promise<void> {
  const init = { method: "POST", headers: { "Content-Type": "application/json", Accept: "text/html" }, body: JSON.stringify({ user_ids: ids }) };
  return saveAnswer(send, "/api/reports/", "report.html", init);
}

// What watchdxg-front does, as far as the server can tell: it keeps its tokens in localStorage and an interceptor puts
// the last access token, stale or not, on every request, those to /api/token/ included.  So each one has a preflight.

const api = new URLSearchParams(location.search).get("api");

/** One request, as the interceptor sends it.  @returns {status, body}; throws when CORS hides the answer */
async function call(method, path, { body, headers = {} } = {}) {
  const token = localStorage.getItem("access");
  const answer = await fetch(api + path, {
    method,
    headers: {
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "Content-Type": "application/json" }),
      ...headers,
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? null : JSON.parse(text) };
}

async function obtain(path, body) {
  const answer = await call("POST", path, { body });
  if (answer.status === 200) {
    localStorage.setItem("access", answer.body.access);
    localStorage.setItem("refresh", answer.body.refresh);
  }
  return answer;
}

const logIn = (username, password) => obtain("/api/token/", { username, password });
const refresh = () => obtain("/api/token/refresh/", { refresh: localStorage.getItem("refresh") });

/**
 * The month that a user joined in, as Angular's DatePipe shows it: a date without time is a day of the calendar
 * (never shifted), a time stamp is shown in the browser's zone.
 */
function joinMonth(createdAt) {
  if (createdAt === null) return "";
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(createdAt);
  const date = day ? new Date(Number(day[1]), Number(day[2]) - 1, Number(day[3])) : new Date(createdAt);
  return date.toLocaleDateString("en-GB", { month: "long", year: "numeric" });
}

function show(users) {
  const rows = users.map((user) => {
    const row = document.createElement("tr");
    for (const text of [user.handle, joinMonth(user.created_at), user.followers_count ?? ""]) {
      row.insertCell().textContent = text;
    }
    return row;
  });
  document.querySelector("#users").replaceChildren(...rows);
}

document.querySelector("#login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const status = document.querySelector("#status");
  const handle = new FormData(event.target).get("handle");
  const login = await logIn("watchdxg", "watchdxg");
  const account = await call("GET", `/api/accounts/${encodeURIComponent(handle)}/`);
  const users = await call("GET", `/api/users/?account_id=${account.body.id}`);
  show(users.body);
  status.textContent = `${login.status} ${account.status} ${users.status}: ${users.body.length} users of ${account.body.handle}`;
});

window.front = { call, logIn, refresh };

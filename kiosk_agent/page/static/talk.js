// Talking with the kiosk program of this computer, and with the signing program beside it.
export class Refused extends Error {
  constructor(body) { super(body.message); this.code = body.code; this.remedy = body.remedy; }
}

export async function tell(path, words = {}) {
  const answer = await fetch(`/api/${path}`, {
    method: "POST", headers: { "Content-Type": "application/json", "Ecopy-Kiosk": "1" }, body: JSON.stringify(words),
  });
  const body = await answer.json().catch(() => ({ code: String(answer.status), message: answer.statusText, remedy: "" }));
  if (!answer.ok) throw new Refused(body);
  return body;
}

export async function state() {
  const answer = await fetch("/api/state");
  if (!answer.ok) throw new Refused(await answer.json());
  return answer.json();
}

// One file by the program that holds the token; resolves with its answer, rejects where there is no such program.
export function signAt(service, request) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(service);
    socket.onopen = () => socket.send(JSON.stringify(request));
    socket.onmessage = (event) => { socket.close(); resolve(JSON.parse(event.data)); };
    socket.onerror = () => reject(new Error(service));
    socket.onclose = () => reject(new Error(service));
  });
}

// Forms that a passkey fills in: ask the server what to sign, the browser to sign it, and send that.
import { announce } from "./dom.js";
import { word } from "./words.js";

async function options(form) {
  const answer = await fetch(form.dataset.options, {
    method: "POST",
    headers: { "X-CSRFToken": form.elements.csrf_token.value, "X-Requested-With": "fragment" },
  });
  if (answer.status === 403) window.location.assign(window.location.pathname); // a proof is asked for
  if (!answer.ok) throw new Error(`options: ${answer.status}`);
  return answer.json();
}

/** Ask the authenticator; resolves to what it says, as plain data. */
async function ask(form) {
  const asked = await options(form);
  const credential =
    form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(asked) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked) });
  return credential.toJSON();
}

export function start() {
  // Until here the buttons are off: a form that nobody fills in would be sent empty, and refused.
  for (const button of document.querySelectorAll("form[data-passkey] button[type=submit]")) {
    button.disabled = false;
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target.closest("form[data-passkey]");
    if (!form) return;
    event.preventDefault();
    if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
      announce(word("passkeyUnknown"), "error");
      return;
    }
    const button = form.querySelector("button[type=submit]");
    button.disabled = true;
    try {
      form.elements.credential.value = JSON.stringify(await ask(form));
      form.submit();
    } catch {
      // The person closed the browser's window, or the device knows no passkey for this address.
      announce(word("passkeyFailed"), "error");
      button.disabled = false;
    }
  });
}
